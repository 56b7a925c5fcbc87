using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.Commands;

namespace Weir.ControlPlane.Tests.Commands;

public sealed class CommandGateTests : IDisposable
{
    private readonly TestState _state = new();
    private readonly Handler _handler = new();
    private readonly CommandGate _gate;

    public CommandGateTests()
    {
        var services = new ServiceCollection().AddSingleton(_handler).AddCommand<Poke, Handler>().BuildServiceProvider();
        _gate = new CommandGate(services, services.GetServices<CommandRoute>(), _state.Audit, NullLogger<CommandGate>.Instance);
    }

    [Fact]
    public async Task A_command_is_audited_before_and_after_it_runs()
    {
        _handler.Run = async _ =>
        {
            Assert.Equal("started", Assert.Single(await LinesAsync()).Outcome);
            return new CommandResult.Done("poked");
        };

        Assert.Equal(new CommandResult.Done("poked"), await _gate.RunAsync(new Poke("orders"), TestState.Operator, CancellationToken.None));

        var lines = await LinesAsync();
        Assert.Equal(["done", "started"], lines.Select(l => l.Outcome));
        Assert.All(lines, l => Assert.Equal(("2", "Otto", "poke", "orders"), (l.ActorId, l.ActorName, l.Action, l.Target)));
        Assert.Contains("\"how\":\"gently\"", lines[1].Detail);
        Assert.Contains("poked", lines[0].Detail);
    }

    [Fact]
    public async Task A_command_that_cannot_be_audited_is_not_run()
    {
        _state.Database.Execute("CREATE TRIGGER disk_full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END");

        var ran = false;
        _handler.Run = _ =>
        {
            ran = true;
            return Task.FromResult<CommandResult>(new CommandResult.Done("poked"));
        };

        Assert.Contains("nothing was done", Assert.IsType<CommandResult.Failed>(await _gate.RunAsync(new Poke("orders"), TestState.Operator, CancellationToken.None)).Message);

        Assert.False(ran);
    }

    [Fact]
    public async Task A_denied_command_is_audited_and_never_run()
    {
        _handler.Run = _ => throw new InvalidOperationException("must not run");

        var denied = Assert.IsType<CommandResult.Denied>(await _gate.RunAsync(new Poke("orders"), TestState.Viewer, CancellationToken.None));

        Assert.Contains("operate", denied.Message);
        Assert.Equal("denied", Assert.Single(await LinesAsync()).Outcome);
    }

    [Fact]
    public async Task A_refusal_by_the_service_is_told_and_audited_as_failed()
    {
        _handler.Run = _ => throw new KinesisException(KinesisErrorCodes.LimitExceeded, "Too many shards.");

        var failed = Assert.IsType<CommandResult.Failed>(await _gate.RunAsync(new Poke("orders"), TestState.Operator, CancellationToken.None));

        Assert.Contains("Too many shards.", failed.Message);
        Assert.Equal("failed", (await LinesAsync())[0].Outcome);
    }

    [Fact]
    public async Task A_wrong_input_names_its_field_in_plain_words()
    {
        _handler.Run = _ => throw new ArgumentException("It is too long.", "how");

        Assert.Equal(new CommandResult.Failed("It is too long.", "how"), await _gate.RunAsync(new Poke("orders"), TestState.Operator, CancellationToken.None));
    }

    [Fact]
    public async Task What_nobody_planned_fails_without_its_inner_words()
    {
        _handler.Run = _ => throw new InvalidOperationException("secret path /var/x");

        var failed = Assert.IsType<CommandResult.Failed>(await _gate.RunAsync(new Poke("orders"), TestState.Operator, CancellationToken.None));

        Assert.DoesNotContain("secret", failed.Message);
        Assert.DoesNotContain(await LinesAsync(), l => l.Detail!.Contains("secret path", StringComparison.Ordinal));
        Assert.Equal("failed", (await LinesAsync())[0].Outcome);
    }

    [Fact]
    public async Task A_command_whose_caller_leaves_does_not_end_as_started()
    {
        using var gone = new CancellationTokenSource();
        _handler.Run = async token =>
        {
            await gone.CancelAsync();
            token.ThrowIfCancellationRequested();
            return new CommandResult.Done("");
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _gate.RunAsync(new Poke("orders"), TestState.Operator, gone.Token));

        Assert.Equal("failed", (await LinesAsync())[0].Outcome);
    }

    [Fact]
    public async Task A_command_that_nobody_handles_fails()
    {
        Assert.IsType<CommandResult.Failed>(await _gate.RunAsync(new CreateStream("orders", 1), TestState.Operator, CancellationToken.None));
    }

    [Fact]
    public async Task A_secret_just_made_never_stands_in_the_log()
    {
        _handler.Run = _ => Task.FromResult<CommandResult>(new CommandResult.Done("made") { Secret = "wk_TOPSECRET" });

        await _gate.RunAsync(new Poke("orders"), TestState.Operator, CancellationToken.None);

        Assert.DoesNotContain(await LinesAsync(), l => l.Detail!.Contains("TOPSECRET", StringComparison.Ordinal));
    }

    public void Dispose() => _state.Dispose();

    private Task<IReadOnlyList<AuditEntry>> LinesAsync() => _state.Audit.QueryAsync(new AuditQuery(), CancellationToken.None);

    private sealed record Poke(string Stream, string How = "gently") : ICommand
    {
        public string Name => "poke";
        public string Target => Stream;
        public string Permission => Permissions.Operate;
    }

    private sealed class Handler : ICommandHandler<Poke>
    {
        public Func<CancellationToken, Task<CommandResult>> Run { get; set; } = _ => Task.FromResult<CommandResult>(new CommandResult.Done(""));

        public Task<CommandResult> HandleAsync(Poke command, Actor actor, CancellationToken cancellationToken) => Run(cancellationToken);
    }
}
