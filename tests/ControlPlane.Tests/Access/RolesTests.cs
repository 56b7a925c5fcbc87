using Weir.ControlPlane.Access;

namespace Weir.ControlPlane.Tests.Access;

public sealed class RolesTests
{
    [Theory]
    [InlineData(Roles.Viewer, "view")]
    [InlineData(Roles.Operator, "view operate records")]
    [InlineData(Roles.Compliance, "view rules records audit")]
    [InlineData(Roles.Admin, "view operate rules records audit reveal administer")]
    [InlineData("unheard-of", "")]
    public void A_role_may_what_it_is_for_and_nothing_else(string role, string expected)
    {
        var may = Permissions.All.Where(p => new Actor("1", "x", [role]).May(p));

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), may);
    }

    [Fact]
    public void Nobody_without_a_role_may_anything() => Assert.DoesNotContain(Permissions.All, p => new Actor("1", "x", []).May(p));

    [Fact]
    public void Two_roles_may_what_either_may() => Assert.True(new Actor("1", "x", [Roles.Operator, Roles.Compliance]) is var both && both.May(Permissions.Operate) && both.May(Permissions.ManageRules) && !both.May(Permissions.Administer));
}
