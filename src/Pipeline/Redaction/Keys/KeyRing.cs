using System.Security.Cryptography;
using System.Text;
using Weir.Pipeline.Redaction.Transforms;

namespace Weir.Pipeline.Redaction.Keys;

/// <summary>A key with what is derived from it. Its id stands in every token; its bytes stand nowhere but in the key's own store.</summary>
internal sealed class RedactionKey
{
    /// <param name="id">1 to 8 lower-case letters and digits.</param>
    /// <param name="secret">32 bytes.</param>
    public RedactionKey(string id, byte[] secret)
    {
        Id = id;
        IdBytes = Encoding.ASCII.GetBytes(id);
        TokenSecret = Derive(secret, "weir/token");
        Token = new Cmac(TokenSecret);
        Check = new Cmac(Derive(secret, "weir/check"));
        Siv = new AesSiv(new Cmac(Derive(secret, "weir/siv-mac")), new AesBlock(Derive(secret, "weir/siv-ctr")));
        Ff1 = new Ff1(new AesBlock(Derive(secret, "weir/ff1")));
        Shift = new Cmac(Derive(secret, "weir/shift"));
        SealSecret = Derive(secret, "weir/seal");
        Proof = $"{id}:{Convert.ToHexStringLower(Derive(secret, "weir/proof").AsSpan(0, 8))}";
    }

    public string Id { get; }

    public byte[] IdBytes { get; }

    public byte[] TokenSecret { get; }

    public Cmac Token { get; }

    public Cmac Check { get; }

    public AesSiv Siv { get; }

    public Ff1 Ff1 { get; }

    public Cmac Shift { get; }

    /// <summary>Of <see cref="SecretSeal"/>.</summary>
    public byte[] SealSecret { get; }

    /// <summary>Tells whether two processes have the same key, and nothing else of it: keys made at random are all called k1.</summary>
    public string Proof { get; }

    private static byte[] Derive(byte[] secret, string purpose) => HKDF.Expand(HashAlgorithmName.SHA256, secret, 32, Encoding.ASCII.GetBytes(purpose));
}

/// <summary>
/// The keys of tokens and ciphers: the first is active and writes, the others still verify and reveal.
/// Kept as text, a key a line, the active one first, <c>k2 base64-of-32-bytes</c>; lines that begin with '#' are comments.
/// </summary>
internal sealed class KeyRing
{
    private readonly Dictionary<string, RedactionKey> _byId;

    private KeyRing(IReadOnlyList<RedactionKey> keys)
    {
        Keys = keys;
        _byId = keys.ToDictionary(k => k.Id, StringComparer.Ordinal);
    }

    public IReadOnlyList<RedactionKey> Keys { get; }

    public RedactionKey Active => Keys[0];

    public RedactionKey? Find(ReadOnlySpan<byte> id)
    {
        foreach (var key in Keys)
        {
            if (id.SequenceEqual(key.IdBytes))
            {
                return key;
            }
        }

        return null;
    }

    public RedactionKey? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Reads the text form. The errors never hold any of it.</summary>
    /// <exception cref="FormatException">A line is no key, an id stands twice, or there is no key at all.</exception>
    public static KeyRing Parse(string text)
    {
        var keys = new List<RedactionKey>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var (id, encoded) = parts.Length == 1 ? ("k1", parts[0]) : (parts[0], parts[1]);
            var secret = new byte[32];
            if (parts.Length > 2 || !Convert.TryFromBase64String(encoded, secret, out var length) || length != 32)
            {
                throw new FormatException($"line {number} of the redaction keys is not 'ID BASE64' with 32 bytes in base64");
            }

            if (id.Length is 0 or > 8 || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
            {
                throw new FormatException($"line {number} of the redaction keys: an id is 1 to 8 lower-case letters and digits");
            }

            if (keys.Exists(k => k.Id == id))
            {
                throw new FormatException($"line {number} of the redaction keys: the id {id} stands twice");
            }

            keys.Add(new RedactionKey(id, secret));
        }

        return keys.Count == 0 ? throw new FormatException("there is no redaction key") : new KeyRing(keys);
    }

    /// <summary>The text form of a ring whose active key is new and random; the keys of <paramref name="text"/> follow it.</summary>
    public static string Rotated(string text)
    {
        var used = text.Length == 0 ? [] : Parse(text).Keys.Select(k => k.Id).ToHashSet(StringComparer.Ordinal);
        var number = used.Count + 1;
        while (used.Contains($"k{number}"))
        {
            number++;
        }

        // A ring of one bare key gets its id written out, so that it keeps it.
        var rest = string.Join('\n', text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).Select(l => l[0] != '#' && !l.Any(char.IsWhiteSpace) ? $"k1 {l}" : l));
        return $"k{number} {Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}\n{(rest.Length == 0 ? "" : rest + "\n")}";
    }

    /// <summary>The ring in a file, made with one random key and mode 0600 when there is none.</summary>
    public static KeyRing OpenFile(string path)
    {
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            WriteFile(path, Rotated(""), overwrite: false);
        }

        return Parse(File.ReadAllText(path));
    }

    /// <summary>Puts a new active key before those of the file and returns the new ring.</summary>
    public static KeyRing RotateFile(string path)
    {
        var text = Rotated(File.Exists(path) ? File.ReadAllText(path) : "");
        var keys = Parse(text);
        WriteFile(path, text, overwrite: true);
        return keys;
    }

    private static void WriteFile(string path, string text, bool overwrite)
    {
        var temporary = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.ASCII.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            // Another process made it first; its key is the one.
            File.Delete(temporary);
        }
    }
}
