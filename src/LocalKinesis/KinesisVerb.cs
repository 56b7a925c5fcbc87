using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Weir.LocalKinesis;

/// <summary>The verb <c>kinesis</c>: the engine alone, for any Kinesis client.</summary>
public static class KinesisVerb
{
    private const string Usage = """
        usage: weir kinesis [options]

        Serves a durable Kinesis on this machine, for any client: aws --endpoint-url http://127.0.0.1:4567 kinesis list-streams

          --port N             port, 4567 by default; 0 takes a free one
          --address IP         address, 127.0.0.1 by default
          --data DIR           where records and streams are kept, data/kinesis by default
          --limits aws|none    AWS's limits per shard (the default), or as much as the machine carries
          --throttle P         throttle this share of records and reads whatever the limits, 0 to 1
          --init STREAMS       streams that must be there: "orders:4,clicks:2"; without a number, on demand
          --state-delay MS     how long a stream stays CREATING, UPDATING or DELETING, 500 by default
          --shard-limit N      open shards of all streams together, 20000 by default
          --region NAME        region in ARNs, us-east-1 by default
          --account ID         account in ARNs, 000000000000 by default
          --key ID:SECRET      verify signatures with this key; may be given again
          --tls CERT.PFX       HTTPS with this PKCS#12 file; --tls-password for its password
          --no-fsync           answer before the disk has it: faster, and unsafe when the machine fails
          --no-warm-up         do not use the first seconds to compile what carries records
          --cors               let pages of any origin call from a browser
          --allow-plaintext    serve an address beyond this machine without TLS
          --verbose            log more
          --help

        Each can also be given as an environment variable, as LocalKinesis__Port or LocalKinesis__Keys__ID; what stands on the command line goes first.

        Exit codes: 0 stopped, 1 could not run, 2 wrong usage.
        """;

    /// <summary>Runs until SIGINT or SIGTERM.</summary>
    /// <returns>0 stopped, 1 could not run, 2 wrong usage.</returns>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, Console.Out, Console.Error, CancellationToken.None);

    internal static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (args.Any(a => a is "--help" or "-h"))
        {
            await output.WriteLineAsync(Usage).ConfigureAwait(false);
            return 0;
        }

        var options = new LocalKinesisOptions { WarmUp = true };
        var level = LogLevel.Warning;
        if ((BindEnvironment(options) ?? Parse(args, options, ref level)) is { } problem)
        {
            await errors.WriteLineAsync($"{problem}\nweir kinesis --help says more.").ConfigureAwait(false);
            return 2;
        }

        options.Directory = Path.GetFullPath(options.Directory);
        if (new LocalKinesisOptionsCheck().Validate(null, options) is { Failed: true } check)
        {
            await errors.WriteLineAsync(check.FailureMessage).ConfigureAwait(false);
            return 2;
        }

        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(level).AddProvider(new WriterLoggerProvider(errors)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await using var engine = new LocalKinesisEngine(options, TimeProvider.System, loggers.CreateLogger<LocalKinesisEngine>());
            await using var host = new LocalKinesisHost(engine, loggers);
            await host.StartAsync(stop.Token).ConfigureAwait(false);
            await output.WriteLineAsync($"Kinesis is ready at {host.Url} (limits: {options.Limits.ToString().ToLowerInvariant()}, data: {options.Directory}{(options.Durable ? "" : ", not synced")})").ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync(e.Message).ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    /// <summary>Reads what the environment says, for containers and to keep secrets off the command line; answers what is wrong with it, or null.</summary>
    private static string? BindEnvironment(LocalKinesisOptions options)
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        try
        {
            environment.GetSection(LocalKinesisOptions.Section).Bind(options);
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }

        options.Directory = Path.Combine(environment["DataDirectory"] ?? "data", options.Directory);
        return null;
    }

    /// <summary>Reads the arguments; answers what is wrong with them, or null.</summary>
    private static string? Parse(string[] args, LocalKinesisOptions options, ref LogLevel level)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i];
            switch (name)
            {
                case "--no-fsync":
                    options.Durable = false;
                    continue;
                case "--allow-plaintext":
                    options.AllowPlaintext = true;
                    continue;
                case "--no-warm-up":
                    options.WarmUp = false;
                    continue;
                case "--cors":
                    options.Cors = true;
                    continue;
                case "--verbose":
                    level = LogLevel.Information;
                    continue;
            }

            if (++i == args.Length)
                return $"{name} is not an option, or wants a value.";
            if (Set(name, args[i], options) is { } problem)
                return problem;
        }

        return null;
    }

    private static string? Set(string name, string value, LocalKinesisOptions options)
    {
        int Number() => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
        try
        {
            switch (name)
            {
                case "--port":
                    options.Port = Number();
                    return null;
                case "--address":
                    options.Address = value;
                    return null;
                case "--data":
                    options.Directory = value;
                    return null;
                case "--limits":
                    options.Limits = value.ToUpperInvariant() switch
                    {
                        "AWS" => KinesisLimits.Aws,
                        "NONE" => KinesisLimits.None,
                        _ => throw new FormatException(),
                    };
                    return null;
                case "--init":
                    options.InitialStreams = value;
                    return null;
                case "--throttle":
                    options.ThrottleProbability = double.Parse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
                    return null;
                case "--state-delay":
                    options.StateChangeMilliseconds = Number();
                    return null;
                case "--shard-limit":
                    options.ShardLimit = Number();
                    return null;
                case "--region":
                    options.Region = value;
                    return null;
                case "--account":
                    options.AccountId = value;
                    return null;
                case "--key":
                    var colon = value.IndexOf(':', StringComparison.Ordinal);
                    if (colon <= 0 || colon == value.Length - 1)
                        return "--key wants ID:SECRET.";
                    options.Keys[value[..colon]] = value[(colon + 1)..];
                    return null;
                case "--tls":
                    options.CertificatePath = value;
                    return null;
                case "--tls-password":
                    options.CertificatePassword = value;
                    return null;
                default:
                    return $"{name} is not an option.";
            }
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return $"{name}: '{value}' is not a value for it.";
        }
    }

    /// <summary>Log lines on standard error, which leaves standard output to the endpoint.</summary>
    private sealed class WriterLoggerProvider(TextWriter writer) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (writer)
                writer.WriteLine($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}");
        }

        public void Dispose()
        {
        }
    }
}
