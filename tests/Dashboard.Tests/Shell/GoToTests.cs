using Bunit;
using Weir.ControlPlane.Access;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Tests.Shell;

public sealed class GoToTests : ConsoleContext
{
    [Theory]
    [InlineData(Roles.Viewer, false, false)]
    [InlineData(Roles.Operator, true, false)]
    [InlineData(Roles.Admin, true, true)]
    public void Offers_the_streams_and_what_the_role_opens(string role, bool records, bool access)
    {
        SignIn(role);
        Snapshots.Publish(Quiet());

        var list = Render<GoTo>();

        list.WaitForElement("[data-href='/streams/orders']");
        Assert.Equal((records, access), (list.FindAll("[data-search]").Count == 1, list.FindAll("[data-href='/access']").Count == 1));
    }

    [Fact]
    public void Is_drawn_anew_only_when_there_is_another_place_to_go_to()
    {
        Snapshots.Publish(Quiet());
        var list = Render<GoTo>();
        list.WaitForElement("[data-href='/streams/orders']");
        var drawn = list.RenderCount;

        Snapshots.Publish(Quiet() with { Sequence = 2 });
        Snapshots.Publish(Quiet() with { Sequence = 3, Streams = [Stream("orders", 1), Stream("returns", 1)] });

        list.WaitForElement("[data-href='/streams/returns']");
        Assert.Equal(drawn + 1, list.RenderCount);
    }
}
