using System.Buffers;
using System.Text;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>A redactor with a fixed key, and short ways to ask it.</summary>
internal sealed class TestRedactor
{
    public const string Keys = "k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    public TestRedactor(IReadOnlyList<RedactionRule>? rules = null, Action<RedactionOptions>? configure = null, string keys = Keys)
    {
        var options = new RedactionOptions();
        configure?.Invoke(options);
        Redactor = new Redactor(options, KeyRing.Parse(keys), rules ?? DefaultRules.All);
    }

    public Redactor Redactor { get; }

    public (RedactionOutcome Outcome, byte[] Clean) Bytes(ReadOnlySpan<byte> record, string stream = "orders")
    {
        var writer = new ArrayBufferWriter<byte>();
        var outcome = Redactor.Redact(stream, record, writer);
        return (outcome, writer.WrittenSpan.ToArray());
    }

    public string Clean(string record, string stream = "orders")
    {
        var (outcome, clean) = Bytes(Encoding.UTF8.GetBytes(record), stream);
        Assert.NotEqual(RedactionStatus.Quarantined, outcome.Status);
        return Encoding.UTF8.GetString(clean);
    }

    public RedactionOutcome Outcome(string record) => Bytes(Encoding.UTF8.GetBytes(record)).Outcome;

    /// <summary>One rule for one detector or path.</summary>
    public static RedactionRule Rule(string? detector, TransformKind kind, string? path = null, string id = "r", int keepFirst = 0, int keepLast = 0, string? text = null) =>
        new(id, id, detector, path, new Transform(kind, keepFirst, keepLast, text));
}
