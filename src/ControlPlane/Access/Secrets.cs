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

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>A short id for a row: 80 random bits.</summary>
    public static string Id() => RandomNumberGenerator.GetString(Alphabet, 16).ToLowerInvariant();
}
