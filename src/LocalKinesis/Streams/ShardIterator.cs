using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.LocalKinesis.Streams;

/// <summary>
/// A place in a shard that a reader holds: stateless, good for five minutes, usable any number of times.
/// <code>
/// base64( 0000000000000001  AES-256-CBC( "00001421889722000/orders/shardId-000000000000/4957…/000…" ) )
///                                         created, ms       stream shard               the next sequence number, padding
/// </code>
/// The layout and the key are those of the other local engines, so that tools made for them can read ours: the content is not a secret.
/// </summary>
internal readonly record struct ShardIterator(long CreatedMilliseconds, string StreamName, int ShardIndex, SequenceNumber Next)
{
    public const long LifetimeMilliseconds = 300_000;

    private static readonly byte[] Version = [0, 0, 0, 0, 0, 0, 0, 1];
    private static readonly byte[] Vector = Convert.FromHexString("7bf139dbabbea2d9995d6fcae1dff7da");
    private static readonly ThreadLocal<Aes> Cipher = new(() =>
    {
        var aes = Aes.Create();
        aes.Key = Convert.FromHexString("1133a5a833666b49abf28c8ba302930f0b2fb240dccd43cf4dfbc0ca91f17751");
        return aes;
    });

    public override string ToString()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{CreatedMilliseconds:D14}/{StreamName}/{ShardName.Of(ShardIndex)}/{Next}/000000000000000000000000000000000000");
        return Convert.ToBase64String([.. Version, .. Cipher.Value!.EncryptCbc(Encoding.UTF8.GetBytes(text), Vector)]);
    }

    public static bool TryParse(string text, out ShardIterator iterator)
    {
        iterator = default;
        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64String(text, bytes, out var written) || written is < 24 or > 400 || (written - Version.Length) % 16 != 0 || !bytes.StartsWith(Version))
            return false;
        string[] parts;
        try
        {
            parts = Encoding.UTF8.GetString(Cipher.Value!.DecryptCbc(bytes[Version.Length..written], Vector)).Split('/');
        }
        catch (CryptographicException)
        {
            return false;
        }

        if (parts.Length != 5
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var created) || created <= 0
            || parts[1].Length is 0 or > 128
            || parts[2].Length != 20 || !parts[2].StartsWith("shardId-", StringComparison.Ordinal) || !ShardName.TryParse(parts[2], out var shard)
            || !SequenceNumber.TryParse(parts[3], out var next))
            return false;
        iterator = new ShardIterator(created, parts[1], shard, next);
        return true;
    }
}
