using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Fleet;

namespace Weir.Dashboard.Hosting;

/// <summary>Starts the host, and says in words what keeps it from starting.</summary>
internal static partial class Startup
{
    private static volatile bool _isStarting;

    /// <summary>Keeps the host from printing, with its whole stack, what <see cref="RunAsync"/> says in a sentence.</summary>
    public static void ExplainFailures(this ILoggingBuilder logging) =>
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => !_isStarting && level >= LogLevel.Warning);

    /// <summary>Builds and runs until stopped; 2 when a setting is wrong, a port is taken or the data folder cannot be used.</summary>
    public static async Task<int> RunAsync(IConfiguration configuration, Func<WebApplication> build)
    {
        WebApplication? app = null;
        try
        {
            _isStarting = true;
            app = build();
            await app.StartAsync();
            _isStarting = false;
            LogWhatFailedMeanwhile(app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (_isStarting && Reason(e, DataFolder.PathOf(configuration)) is { } reason)
        {
            if (app is null)
            {
                // Nothing has been built that could log.
                await Console.Error.WriteLineAsync($"Weir cannot start: {reason}");
            }
            else
            {
                await StopWhatRunsAsync(app);
                LogCannotStart(app.Logger, reason);
            }

            return 2;
        }
        finally
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            _isStarting = false;
        }
    }

    /// <summary>Ends what had started already, in order: taken away under their feet, readers would fill the log with what follows from it.</summary>
    private static async Task StopWhatRunsAsync(WebApplication app)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await app.StopAsync(patience.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Some had not come so far as to have anything to stop.
            LogNotStopped(app.Logger, e);
        }
    }

    /// <summary>A background service that failed before all had started: the host's own word on it was held back.</summary>
    private static void LogWhatFailedMeanwhile(WebApplication app)
    {
        foreach (var service in app.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (service.ExecuteTask is { IsFaulted: true, Exception: { } error })
            {
                LogServiceFailed(app.Logger, service.GetType().Name, error.GetBaseException());
            }
        }
    }

    private static string? Reason(Exception e, string folder) => e switch
    {
        OptionsValidationException wrong => string.Join(" ", wrong.Failures),

        // A word where a number belongs: the binder's message has the key and the value.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unreadable => unreadable.Message,
        IOException { InnerException: AddressInUseException } taken => $"{taken.Message} Another process listens there; choose another address with the setting Urls, for example --Urls=http://127.0.0.1:5081.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "Urls: this user may not listen on that port; ports below 1024 need a privilege. Choose a higher one.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "Urls: no network interface of this machine has that address.",

        // The engine's port: its message names the key.
        InvalidOperationException { InnerException: IOException } worded => worded.Message,
        FleetException or SecretsLostException or InvalidDataException or FileNotFoundException => e.Message,
        IOException or UnauthorizedAccessException or SqliteException => $"{e.Message.TrimEnd('.')}. All data is in '{folder}' (setting DataDirectory), which one process at a time may use.",
        AggregateException { InnerExceptions: [var only] } => Reason(only, folder),
        _ => null,
    };

    [LoggerMessage(LogLevel.Critical, "Weir cannot start: {Reason}")]
    private static partial void LogCannotStart(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Debug, "Not all that had started could be stopped.")]
    private static partial void LogNotStopped(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Critical, "{Service} failed while the others were starting.")]
    private static partial void LogServiceFailed(ILogger logger, string service, Exception exception);
}
