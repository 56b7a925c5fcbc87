using Microsoft.Extensions.Options;
using Weir.ControlPlane.Fleet;

namespace Weir.Dashboard.Hosting;

/// <summary>Starts the host, and says in words what keeps it from starting.</summary>
internal static partial class Startup
{
    /// <summary>Builds and runs until stopped; 2 when a setting is wrong or a port is taken.</summary>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        WebApplication? app = null;
        try
        {
            app = build();
            await app.RunAsync();
            return 0;
        }
        catch (Exception e) when (Reason(e) is { } reason)
        {
            if (app is null)
            {
                // Nothing has been built that could log.
                await Console.Error.WriteLineAsync($"Weir cannot start: {reason}");
            }
            else
            {
                LogCannotStart(app.Logger, reason);
            }

            return 2;
        }
    }

    private static string? Reason(Exception e) => e switch
    {
        OptionsValidationException wrong => string.Join(" ", wrong.Failures),

        // A word where a number belongs: the binder's message has the key and the value.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unreadable => unreadable.Message,
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } taken => $"{taken.Message} Another process listens there; choose other addresses with the setting Urls.",
        FleetException wrong => wrong.Message,
        AggregateException { InnerExceptions: [var only] } => Reason(only),
        _ => null,
    };

    [LoggerMessage(LogLevel.Critical, "Weir cannot start: {Reason}")]
    private static partial void LogCannotStart(ILogger logger, string reason);
}
