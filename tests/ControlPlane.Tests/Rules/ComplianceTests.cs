using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Tests.Rules;

public sealed class ComplianceTests : IDisposable
{
    private static readonly Actor Paula = new("9", "Paula", [Roles.Privacy]);
    private static readonly Actor Clara = new("7", "Clara", [Roles.Compliance]);

    private readonly TestState _state = new();
    private readonly OwnRuleChanges _changes;
    private readonly ServiceProvider _services;
    private readonly RuleBook _book;
    private readonly RuleSets _sets;
    private readonly CommandGate _gate;
    private readonly RedactionLedger _ledger;

    public ComplianceTests()
    {
        _services = Redaction();
        _changes = _state.RuleChanges;
        _ledger = new RedactionLedger(_state.Database, _services.GetRequiredService<IRedactionControl>(), _state.Time, NullLogger<RedactionLedger>.Instance);
        _book = new RuleBook(_state.Database, _changes, _services.GetRequiredService<IRuleSetHolder>(), _state.Time, NullLogger<RuleBook>.Instance);
        _sets = new RuleSets(_state.Database, _changes, _book, _services.GetRequiredService<IRedactionControl>(), Options.Create(new RulesOptions()), _state.Time, NullLogger<RuleSets>.Instance);
        _gate = new CommandGate(_services, _services.GetServices<CommandRoute>(), _state.Audit, NullLogger<CommandGate>.Instance);
    }

    [Fact]
    public async Task A_value_is_revealed_with_a_reason_and_the_audit_log_keeps_who_and_why_but_not_the_value()
    {
        await _book.SaveAsync("secret", _ => new RedactionRule("secret", "Secret", null, "/v", new Transform(TransformKind.Encrypt)), Clara, null, CancellationToken.None);
        using var clean = JsonDocument.Parse(Clean("""{"v":"Zoë Lind"}"""));
        var cipher = clean.RootElement.GetProperty("v").GetString()!;

        var done = Assert.IsType<CommandResult.Done>(await _gate.RunAsync(new RevealValue(cipher, "complaint 4711"), Paula, CancellationToken.None));

        Assert.Equal("Zoë Lind", done.Secret);
        var lines = await _state.Audit.QueryAsync(new AuditQuery(), CancellationToken.None);
        Assert.Equal(["done", "started"], lines.Select(l => l.Outcome));
        Assert.All(lines, l => Assert.Equal(("Paula", "reveal-value"), (l.ActorName, l.Action)));
        Assert.Contains("complaint 4711", lines[1].Detail);
        Assert.All(lines, l => Assert.NotNull(l.Detail));
        Assert.DoesNotContain(lines, l => l.Detail!.Contains("Lind", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Revealing_needs_its_own_permission_a_reason_and_a_cipher_of_ours()
    {
        Assert.IsType<CommandResult.Denied>(await _gate.RunAsync(new RevealValue("enc:k1:aaaa", "a good reason"), Clara, CancellationToken.None));
        Assert.Equal("reason", Assert.IsType<CommandResult.Failed>(await _gate.RunAsync(new RevealValue("enc:k1:aaaa", " "), Paula, CancellationToken.None)).Field);
        Assert.Equal("value", Assert.IsType<CommandResult.Failed>(await _gate.RunAsync(new RevealValue("enc:k1:aaaa", "a good reason"), Paula, CancellationToken.None)).Field);
    }

    [Fact]
    public void The_report_tells_the_rule_set_what_was_found_and_how_sure_the_sample_makes_it()
    {
        Clean("""{"note":"to a@b.io and c@d.io","n":1}""");
        Clean("""{"n":2}""");
        Clean("""{"n":""");

        var report = Reporter().Report();

        Assert.Equal((_book.Current.Hash, RuleSetState.Active), (report.RuleSetHash, report.RuleSet!.State));
        Assert.Equal(new RedactionTotals(Clean: 1, Redacted: 1, Quarantined: 1, Checked: 2, Leaks: 0), report.Records);
        Assert.Equal(1 - Math.Sqrt(0.05), report.Records.LeakBound!.Value, 9);
        Assert.True(report.HitsEqualTransformed);
        var email = report.Rules.Single(r => r.Rule.Id == "email");
        Assert.Equal((_book.Current.Hash, "/note", 2L, 2L), (Assert.Single(email.Found).RuleSet, email.Found[0].Path, email.Found[0].Hits, email.Found[0].Transformed));
        Assert.All(report.Rules.Where(r => r.Rule.Id != "email"), r => Assert.Empty(r.Found));
    }

    [Fact]
    public void A_report_is_of_its_period_only_and_outlives_a_restart()
    {
        Clean("""{"note":"a@b.io"}""");
        _ledger.Note();
        _state.Time.Advance(TimeSpan.FromHours(2));
        var later = _state.Time.GetUtcNow();
        Clean("""{"note":"c@d.io"}""");
        Clean("""{"note":"e@f.io"}""");
        _ledger.Note();

        using var services = Redaction();
        using var after = new RedactionLedger(_state.Database, services.GetRequiredService<IRedactionControl>(), _state.Time, NullLogger<RedactionLedger>.Instance);
        var reporter = Reporter(after);

        Assert.Equal((3L, 3L), (reporter.Report().Records.Redacted, Email(reporter.Report()).Sum(f => f.Hits)));
        Assert.Equal((2L, 2L), (reporter.Report(later).Records.Redacted, Email(reporter.Report(later)).Sum(f => f.Hits)));
        Assert.Equal(1L, reporter.Report(null, later.AddHours(-1)).Records.Redacted);
    }

    [Fact]
    public async Task Nothing_is_lost_from_the_report_when_rules_and_keys_change_between_two_notes()
    {
        var first = _book.Current.Hash;
        Clean("""{"note":"a@b.io"}""");
        for (var change = 0; change < 12; change++)
        {
            await _book.SaveAsync("phone", now => now!.Rule with { Enabled = change % 2 == 1 }, Clara, null, CancellationToken.None);
            Clean("""{"note":"a@b.io"}""");
        }

        _services.GetRequiredService<IRedactionControl>().RotateKey();
        Clean("""{"note":"a@b.io"}""");
        await _book.DeleteAsync("email", Clara, "no longer sent", CancellationToken.None);

        var report = Reporter().Report();

        var email = Assert.Single(report.Removed, r => r.Rule == "email").Found;
        Assert.Equal(14, email.Sum(f => f.Hits));
        Assert.Equal(8, email.Single(f => f.RuleSet == first).Hits);
        Assert.True(report.HitsEqualTransformed);
    }

    [Fact]
    public async Task The_report_names_the_sets_that_were_in_force_and_when()
    {
        var (first, start) = (_book.Current.Hash, _state.Time.GetUtcNow());
        _state.Time.Advance(TimeSpan.FromHours(1));
        await _book.SaveAsync("email", now => now!.Rule with { Enabled = false }, Clara, "a test", CancellationToken.None);
        _state.Time.Advance(TimeSpan.FromHours(1));
        await _sets.ActivateAsync(1, _sets.Find(1)!.Hash, null, Clara, "too much", CancellationToken.None);

        var sets = Reporter().Report(start).RuleSets;

        Assert.Equal([(1, start, (DateTimeOffset?)start.AddHours(1)), (2, start.AddHours(1), start.AddHours(2)), (1, start.AddHours(2), null)], sets.Select(s => (s.Number, s.From, s.To)));
        Assert.Equal([first, first], [sets[0].Hash, sets[2].Hash]);
        Assert.Equal("too much", sets[2].Reason);
        Assert.Equal(2, Reporter().Report(start.AddHours(1.5)).RuleSets.Count);
    }

    [Fact]
    public void What_is_older_than_is_kept_is_forgotten()
    {
        Clean("""{"note":"a@b.io"}""");
        _ledger.Note();
        _state.Time.Advance(TimeSpan.FromDays(RedactionLedger.KeptDays + 1));
        Clean("""{"note":"a@b.io"}""");

        Assert.Equal(1, Reporter().Report().Records.Redacted);
    }

    public void Dispose()
    {
        _ledger.Dispose();
        _sets.Dispose();
        _book.Dispose();
        _services.Dispose();
        _state.Dispose();
    }

    private static IReadOnlyList<ReportedCount> Email(ComplianceReport report) => report.Rules.Single(r => r.Rule.Id == "email").Found;

    private ComplianceReporter Reporter(RedactionLedger? ledger = null) => new(_book, _sets, ledger ?? _ledger, _services.GetRequiredService<IRedactionControl>(), _state.Time);

    private ServiceProvider Redaction() => new ServiceCollection()
        .AddRedaction(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = _state.Folder, ["Redaction:PostScanEvery"] = "1" }).Build())
        .AddCommand<RevealValue, RevealHandler>()
        .BuildServiceProvider();

    private string Clean(string record)
    {
        var clean = new ArrayBufferWriter<byte>();
        _services.GetRequiredService<IRecordRedactor>().Redact("orders", Encoding.UTF8.GetBytes(record), clean);
        return Encoding.UTF8.GetString(clean.WrittenSpan);
    }
}
