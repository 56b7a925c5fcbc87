using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Weir.Architecture.Tests;

public sealed partial class SourceTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    [Fact]
    public void Only_the_composition_root_names_the_embedded_engine()
    {
        var named = Sources("src/Dashboard")
            .Where(f => !f.EndsWith("Program.cs", StringComparison.Ordinal) && !f.Contains("/Hosting/", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(f).Contains("LocalKinesis", StringComparison.Ordinal));

        Assert.Empty(named);
    }

    [Fact]
    public void Pages_never_call_the_stream_themselves()
    {
        var named = Sources("src/Dashboard/Features").Where(f => StreamCall().IsMatch(File.ReadAllText(f)));

        Assert.Empty(named);
    }

    [Fact]
    public void No_page_fetches_anything_from_another_host()
    {
        var pages = Sources("src/Dashboard/Features").Concat(Sources("src/Dashboard/Shell")).Concat(Directory.EnumerateFiles(Path.Combine(Root, "src/Dashboard/wwwroot"), "*.*", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/wwwroot/lib/", StringComparison.Ordinal) && Path.GetExtension(f) is ".razor" or ".css" or ".js" or ".html");

        Assert.DoesNotContain(pages, f => RemoteResource().IsMatch(File.ReadAllText(f)));
    }

    private static IEnumerable<string> Sources(string folder)
    {
        var path = Path.Combine(Root, folder);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*.*", SearchOption.AllDirectories)
                .Select(f => f.Replace('\\', '/'))
                .Where(f => (f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal)) && !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            : [];
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex(@"\bIKinesis\b|\bKinesisClient\b|\bAmazonDynamoDB")]
    private static partial Regex StreamCall();

    [GeneratedRegex(@"(src|href)\s*=\s*[""']https?://(?!127\.0\.0\.1|localhost)[^""']+\.(js|css|woff2?)|@import\s+url\(\s*[""']?https?://")]
    private static partial Regex RemoteResource();
}
