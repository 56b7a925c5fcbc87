using System.Reflection;

namespace Weir.Architecture.Tests;

public sealed class ArrowTests
{
    /// <summary>Who may name whom; everything else is refused.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Weir.Aws"] = [],
        ["Weir.CommitLog"] = [],
        ["Weir.LocalKinesis"] = ["Weir.Aws", "Weir.CommitLog"],
        ["Weir.Pipeline"] = ["Weir.Aws", "Weir.CommitLog"],
        ["Weir.ControlPlane"] = ["Weir.Aws", "Weir.Pipeline"],
        ["Weir.Dashboard"] = ["Weir.Aws", "Weir.Pipeline", "Weir.ControlPlane", "Weir.LocalKinesis"],
    };

    [Theory]
    [InlineData("Weir.Aws")]
    [InlineData("Weir.CommitLog")]
    [InlineData("Weir.LocalKinesis")]
    [InlineData("Weir.Pipeline")]
    [InlineData("Weir.ControlPlane")]
    [InlineData("Weir.Dashboard")]
    public void A_project_names_only_what_lies_below_it(string assembly)
    {
        var named = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(a => a.Name!)
            .Where(n => n.StartsWith("Weir.", StringComparison.Ordinal));

        Assert.Empty(named.Except(Allowed[assembly]));
    }
}
