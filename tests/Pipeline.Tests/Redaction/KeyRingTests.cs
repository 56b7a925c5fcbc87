using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Transforms;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class KeyRingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-keys").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("k1\tAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")]
    [InlineData("# ours\r\n  AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=  \r\n")]
    public void A_rotated_ring_has_all_keys_of_the_one_before_however_it_was_written(string text) =>
        Assert.Equal(["k2", "k1"], KeyRing.Parse(KeyRing.Rotated(text)).Keys.Select(k => k.Id));

    [Fact]
    public void The_first_start_makes_a_key_that_only_the_owner_reads()
    {
        var path = Path.Combine(_folder, "sub", "redaction.key");

        var made = KeyRing.OpenFile(path);
        var read = KeyRing.OpenFile(path);

        Assert.Equal("k1", made.Active.Id);
        Assert.Equal(made.Active.TokenSecret, read.Active.TokenSecret);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void After_a_rotation_the_new_key_writes_and_tokens_of_the_old_one_are_still_ours()
    {
        var path = Path.Combine(_folder, "redaction.key");
        var before = new TestRedactor(keys: ReadAfter(() => KeyRing.OpenFile(path)));
        var old = before.Clean("""{"a":"bob@example.com"}""");

        var after = new TestRedactor(keys: ReadAfter(() => KeyRing.RotateFile(path)));

        Assert.Contains("tok:k2:", after.Clean("""{"a":"bob@example.com"}"""), StringComparison.Ordinal);
        Assert.Equal(old, after.Clean(old));

        string ReadAfter(Func<KeyRing> change)
        {
            change();
            return File.ReadAllText(path);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("k1 AAAA")]
    [InlineData("K1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    [InlineData("k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nk1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    public void A_ring_that_is_none_is_refused_without_showing_it(string text)
    {
        var error = Assert.Throws<FormatException>(() => KeyRing.Parse(text));

        Assert.DoesNotContain("AAECAw", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_to_nothing_stops_the_host_and_names_the_setting()
    {
        using var services = Services(("Redaction:KeyReference", "env:WEIR_NO_SUCH_KEY"));

        Assert.Contains("Redaction:KeyReference", Assert.Throws<OptionsValidationException>(services.GetRequiredService<IRecordRedactor>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_interfaces_are_one_redactor()
    {
        using var services = Services();

        Assert.Same(services.GetRequiredService<IRecordRedactor>(), services.GetRequiredService<IRuleSetHolder>());
        Assert.True(File.Exists(Path.Combine(_folder, "redaction.key")));
    }

    // RFC 4493, section 4; NIST SP 800-38B, D.3 for 256-bit keys.
    [Theory]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c", "", "bb1d6929e95937287fa37d129b756746")]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c", "6bc1bee22e409f96e93d7e117393172a", "070a16b46b4d4144f79bdd9dd04a287c")]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c", "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411", "dfa66747de9ae63030ca32611497c827")]
    [InlineData("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "", "028962f61b7bf89efc6b551f4667d983")]
    [InlineData("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "6bc1bee22e409f96e93d7e117393172a", "28a7023f452e8f82bd4bf28d8c37c35c")]
    public void CMAC_gives_the_published_tags(string key, string message, string tag)
    {
        var computed = new byte[16];
        new Cmac(Convert.FromHexString(key)).Compute(Convert.FromHexString(message), computed);

        Assert.Equal(tag, Convert.ToHexStringLower(computed));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void Both_ways_to_encrypt_a_block_agree(int keyBytes)
    {
        var random = new Random(keyBytes);
        for (var i = 0; i < 50; i++)
        {
            var (key, block) = (new byte[keyBytes], new byte[16]);
            random.NextBytes(key);
            random.NextBytes(block);
            var aes = new AesBlock(key);
            var whole = System.Runtime.Intrinsics.Vector128.Create<byte>(block);
            Assert.Equal(aes.Encrypt(whole, intrinsics: false), aes.Encrypt(whole));
        }
    }

    private ServiceProvider Services(params (string Key, string? Value)[] settings) =>
        new ServiceCollection().AddRedaction(new ConfigurationBuilder()
            .AddInMemoryCollection([new("DataDirectory", _folder), .. settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))]).Build())
            .BuildServiceProvider();
}
