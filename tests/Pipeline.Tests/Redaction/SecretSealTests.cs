using Weir.Pipeline.Redaction.Keys;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class SecretSealTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-seal-").FullName;

    private SecretSeal Seal => SecretSeal.Of("file:keys", _folder);

    [Fact]
    public void A_secret_opens_for_its_owner_with_its_key_and_for_nobody_else()
    {
        var kept = Seal.Seal("secret", "acme");

        Assert.Equal("secret", Seal.Open(kept, "acme"));
        Assert.Null(Seal.Open(kept, "other"));
        Assert.Null(Seal.Open("secret", "acme"));
        Assert.NotEqual(kept, Seal.Seal("secret", "acme"));
        Assert.All(Enumerable.Range(0, kept.Length), i => Assert.Null(Seal.Open($"{kept[..i]}{(kept[i] == '0' ? '1' : '0')}{kept[(i + 1)..]}", "acme")));
        Assert.All(Enumerable.Range(0, kept.Length), i => Assert.Null(Seal.Open(kept[..i], "acme")));
        File.Delete(Path.Combine(_folder, "keys"));
        Assert.Null(Seal.Open(kept, "acme"));
    }

    [Fact]
    public void A_key_that_was_rotated_still_opens_and_one_that_was_made_since_does_too()
    {
        var seal = Seal;
        var before = seal.Seal("before", "acme");
        KeyRing.RotateFile(Path.Combine(_folder, "keys"));
        var after = Seal.Seal("after", "acme");

        Assert.Equal("after", seal.Open(after, "acme"));
        Assert.Equal("before", seal.Open(before, "acme"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
