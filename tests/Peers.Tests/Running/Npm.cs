namespace Weir.Peers.Tests.Running;

/// <summary>The npm packages of this project, put in place by <c>npm ci</c>.</summary>
internal static class Npm
{
    /// <summary>Where package.json lies: this project's folder, above its output.</summary>
    public static string Root { get; } = Find();

    public static string Package(string name) => Path.Combine(Root, "node_modules", name);

    /// <summary>Skips the test when a package, or Node itself, is not there.</summary>
    public static void Require(params string[] packages)
    {
        Assert.SkipUnless(Tool.Find("node") is not null, "node is not on PATH");
        foreach (var package in packages)
            Assert.SkipUnless(Directory.Exists(Package(package)), $"the npm package {package} is missing: run `npm ci` in tests/Peers.Tests");
    }

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "package.json")) && File.Exists(Path.Combine(at.FullName, "loopback.js")))
                return at.FullName;
        }

        throw new DirectoryNotFoundException($"No package.json with loopback.js above {AppContext.BaseDirectory}");
    }
}
