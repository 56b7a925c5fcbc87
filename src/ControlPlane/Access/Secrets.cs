using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Weir.ControlPlane.Access;

/// <summary>
/// Secrets that we hand out: a readable prefix that says what it is, then 256 random bits. Only the SHA-256 is kept; with that much chance in it a slow hash adds nothing.
/// <code>wk_7Q2H…   a partner's key      wt_9XAC…   an API token</code>
/// </summary>
internal static class Secrets
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 52;

    /// <summary>How much of a secret is shown in lists: its kind and six characters.</summary>
    private const int ShownLength = 9;

    public static (string Secret, string Shown, byte[] Hash) Create(string kind)
    {
        var secret = kind + RandomNumberGenerator.GetString(Alphabet, Length);
        return (secret, secret[..ShownLength], Hash(secret));
    }

    public static byte[] Hash(string secret) => SecretHash.Of(secret).ToBytes();

    /// <summary>A short id for a row: 80 random bits.</summary>
    public static string Id() => RandomNumberGenerator.GetString(Alphabet, 16).ToLowerInvariant();
}

/// <summary>The SHA-256 of a secret, as a key of tables.</summary>
internal readonly record struct SecretHash(UInt128 High, UInt128 Low)
{
    public static SecretHash Of(string secret)
    {
        var size = Encoding.UTF8.GetMaxByteCount(secret.Length);
        Span<byte> utf8 = size <= 512 ? stackalloc byte[size] : new byte[size];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(secret, utf8)], hash);
        return From(hash);
    }

    public static SecretHash From(ReadOnlySpan<byte> hash) => new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));

    public byte[] ToBytes()
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16), Low);
        return bytes;
    }
}
