using Bunit;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Tests.Shell;

public sealed class TypedFieldTests : BunitContext
{
    [Fact]
    public void A_page_that_is_drawn_anew_writes_nothing_into_what_is_being_typed()
    {
        var owner = "";
        var field = Render<TypedField>(p => p.Add(f => f.Value, owner).Add(f => f.ValueChanged, typed => owner = typed));
        var before = field.Markup;

        field.Find("input").Input("ord");
        field.Render(p => p.Add(f => f.Value, owner));

        Assert.Equal("ord", owner);
        Assert.Equal(before, field.Markup);
    }

    [Fact]
    public void Another_value_of_the_owner_makes_a_new_field()
    {
        var field = Render<TypedField>(p => p.Add(f => f.Value, "a name"));
        field.Find("input").Input("another");

        field.Render(p => p.Add(f => f.Value, ""));

        Assert.Equal("", field.Find("input").GetAttribute("value"));
    }

    [Fact]
    public void An_address_that_is_older_than_what_is_typed_changes_nothing()
    {
        var search = new SearchAddress();
        search.Ask("/rules?q=p");
        search.Ask("/rules?q=ph");

        Assert.True(search.Expects("http://127.0.0.1:5080/rules?q=p"));
        Assert.True(search.Expects("http://127.0.0.1:5080/rules?q=ph"));
        Assert.False(search.Expects("http://127.0.0.1:5080/rules"));
    }
}
