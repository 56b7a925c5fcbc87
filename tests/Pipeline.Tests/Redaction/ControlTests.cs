using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class ControlTests
{
    private static readonly RedactionRule Email = TestRedactor.Rule("EMAIL", TransformKind.Token, id: "email");
    private static readonly RedactionRule Name = TestRedactor.Rule(null, TransformKind.Redact, "/customer/name", "name");

    [Fact]
    public void What_was_found_equals_what_was_transformed_and_left_alone()
    {
        var redactor = new TestRedactor([Email, Name]);
        var once = redactor.Clean("""{"customer":{"name":"Bob","mails":["a@b.io","c@d.io"]}}""");
        redactor.Clean(once.Replace("[REDACTED]", "Eve", StringComparison.Ordinal));

        Assert.Equal(
            [new RuleCount("email", "/customer/mails/[]", 2, 2, 0), new RuleCount("name", "/customer/name", 2, 2, 0)],
            redactor.Redactor.Counts());
        Assert.All(redactor.Redactor.Counts(), c => Assert.Equal(c.Hits, c.Transformed + c.LeftAlone));
    }

    [Fact]
    public void A_key_that_may_be_personal_is_not_shown_in_counts()
    {
        var redactor = new TestRedactor([Email]);
        redactor.Clean("""{"bob@example.com":{"to":"a@b.io"}}""");

        Assert.DoesNotContain(redactor.Redactor.Counts(), c => c.Path.Contains("bob", StringComparison.Ordinal));
        Assert.Contains(redactor.Redactor.Counts(), c => c.Path == "/*/to");
    }

    [Fact]
    public void A_candidate_shows_what_it_would_change_and_changes_nothing()
    {
        var redactor = new TestRedactor([Email, Name]);
        var candidate = redactor.Redactor.StartShadow([Name, TestRedactor.Rule("IP", TransformKind.Redact, id: "ip")]);
        var record = """{"customer":{"name":"Bob"},"to":"bob.7@example.com","from":"10.20.30.40"}""";
        Assert.Contains("10.20.30.40", redactor.Clean(record), StringComparison.Ordinal);
        redactor.Clean(record);

        var report = redactor.Redactor.Shadow()!;
        Assert.Equal((candidate, 2L, 0L), (report.CandidateHash, report.RecordsCompared, report.RecordsUnreadable));
        Assert.NotEqual(candidate, redactor.Redactor.ActiveHash);
        Assert.Collection(
            report.Differences,
            d => Assert.Equal(("email", "/to", false, 2L, "aaa.9@aaaaaaa.aaa"), (d.Rule, d.Path, d.NewlyRedacted, d.Count, d.Samples[0])),
            d => Assert.Equal(("ip", "/from", true, 2L, "99.99.99.99"), (d.Rule, d.Path, d.NewlyRedacted, d.Count, d.Samples[0])));
        redactor.Redactor.StopShadow();
        Assert.Null(redactor.Redactor.Shadow());
    }

    [Fact]
    public void A_pattern_of_ones_own_is_found_in_the_values_that_hold_its_anchor()
    {
        var redactor = new TestRedactor([Own(@"EMP-\d{6}", "EMP-")]);

        Assert.Equal("""{"a":"[REDACTED] and [REDACTED]","b":"emp 000000","é":"é [REDACTED]"}""", redactor.Clean("""{"a":"EMP-123456 and EMP-654321","b":"emp 000000","é":"é EMP-000001"}"""));
    }

    [Theory]
    [InlineData(@"(a)\1", "aa", "pattern")]
    [InlineData(@"(?<=x)a+", "aa", "pattern")]
    [InlineData(@"(\w{1,200}){1,200}", "aa", "pattern")]
    [InlineData(@"a*", "aa", "pattern")]
    [InlineData(@"[", "aa", "pattern")]
    [InlineData(@"EMP-\d+", null, "anchor")]
    [InlineData(@"EMP-\d+", "E", "anchor")]
    public void A_pattern_that_could_hold_records_up_is_refused(string pattern, string? anchor, string field)
    {
        var error = Assert.Throws<ArgumentException>(() => new TestRedactor([Own(pattern, anchor)]));

        Assert.Contains($"'own': {field}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_preview_shows_spans_and_result_without_activating()
    {
        var redactor = new TestRedactor([Name]);
        var preview = redactor.Redactor.Preview([TestRedactor.Rule("EMAIL", TransformKind.Redact, id: "e")], "orders", """{"é":"to a@b.io"}""");

        Assert.Equal("""{"é":"to [EMAIL_ADDRESS]"}""", preview.Clean);
        Assert.Equal(new FoundSpan(9, 15, "EMAIL_ADDRESS", "e"), Assert.Single(preview.Spans));
        Assert.Single(redactor.Redactor.ActiveRules);
    }

    [Fact]
    public void A_rotated_key_writes_at_once_and_the_old_one_still_reveals()
    {
        var folder = Directory.CreateTempSubdirectory("weir-rotate").FullName;
        try
        {
            using var services = new ServiceCollection().AddRedaction(new ConfigurationBuilder().AddInMemoryCollection([new("DataDirectory", folder)]).Build()).BuildServiceProvider();
            var redactor = services.GetRequiredService<Redactor>();
            redactor.Activate([TestRedactor.Rule(null, TransformKind.Encrypt, "/v")]);
            var before = redactor.RedactText("s", """{"v":"Bob"}""")[6..^2];

            Assert.Equal("k2", redactor.RotateKey());

            Assert.Equal(["k2", "k1"], redactor.KeyIds);
            Assert.Equal("Bob", redactor.Reveal(before));
            Assert.Contains("enc:k2:", redactor.RedactText("s", """{"v":"Bob"}"""), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_rule_pack_compiles_and_has_ids_of_its_own()
    {
        Assert.NotEmpty(RulePacks.All);
        foreach (var pack in RulePacks.All)
        {
            _ = new TestRedactor(pack.Rules);
        }
    }

    [Fact]
    public async Task A_change_of_rules_reaches_records_in_flight_whole_or_not_at_all()
    {
        var redactor = new TestRedactor([Email, Name]);
        var record = """{"customer":{"name":"Bob"},"to":"a@b.io"}""";
        var hash = redactor.Redactor.ActiveHash;
        using var stop = new CancellationTokenSource();
        var changes = Task.Run(() =>
        {
            for (var i = 0; i < 300; i++)
            {
                redactor.Redactor.Activate(i % 2 == 0 ? [] : [Email, Name]);
            }
        });
        while (!changes.IsCompleted)
        {
            var (outcome, clean) = redactor.Bytes(System.Text.Encoding.UTF8.GetBytes(record));
            Assert.Equal(outcome.RuleSet == hash ? 2 : 0, outcome.Spans);
            Assert.Equal(outcome.RuleSet == hash, !System.Text.Encoding.UTF8.GetString(clean).Contains("Bob", StringComparison.Ordinal));
        }

        await changes;
    }

    private static RedactionRule Own(string pattern, string? anchor) => new("own", "own", null, null, new Transform(TransformKind.Redact), Pattern: pattern, Anchor: anchor);
}
