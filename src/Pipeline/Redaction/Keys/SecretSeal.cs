using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Pipeline.Redaction.Keys;

/// <summary>
/// Encrypts the few secrets that must be kept readable, under keys derived from the key ring of <c>Redaction:KeyReference</c>, so that who has the database alone has nothing:
/// <code>sealed:1:k1:base64url( nonce 12 | tag 16 | AES-256-GCM(secret, associated data = whose it is) )</code>
/// What was sealed for one owner does not open for another.
/// </summary>
public sealed class SecretSeal
{
    private const string Mark = "sealed:1:";
    private const int NonceBytes = 12, TagBytes = 16;
    private readonly Func<KeyRing> _open;
    private volatile KeyRing _keys;

    private SecretSeal(Func<KeyRing> open) => (_open, _keys) = (open, open());

    /// <param name="reference">As <see cref="RedactionOptions.KeyReference"/>.</param>
    /// <param name="dataDirectory">Where relative paths begin.</param>
    public static SecretSeal Of(string reference, string dataDirectory) => new(() => KeySource.Open(reference, dataDirectory));

    public static bool IsSealed(string kept) => kept.StartsWith(Mark, StringComparison.Ordinal);

    public string Seal(string secret, string owner)
    {
        var (key, clear) = (_keys.Active, Encoding.UTF8.GetBytes(secret));
        var box = new byte[NonceBytes + TagBytes + clear.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key.SealSecret, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), clear, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(owner));
        return $"{Mark}{key.Id}:{Base64Url.EncodeToString(box)}";
    }

    /// <summary>The secret; null when it was sealed for another owner, was changed, or its key is not in the ring (any more).</summary>
    public string? Open(string kept, string owner)
    {
        if (!IsSealed(kept) || kept[Mark.Length..].Split(':') is not [var id, var text] || !Base64Url.IsValid(text) || Base64Url.DecodeFromChars(text) is not { Length: >= NonceBytes + TagBytes } box)
        {
            return null;
        }

        // A key that was made since, by this process or another, is in the ring by now.
        if (_keys.Find(id) is null)
        {
            _keys = _open();
        }

        if (_keys.Find(id) is not { } key)
        {
            return null;
        }

        var clear = new byte[box.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key.SealSecret, TagBytes);
        try
        {
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), clear, Encoding.UTF8.GetBytes(owner));
            return Encoding.UTF8.GetString(clear);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
