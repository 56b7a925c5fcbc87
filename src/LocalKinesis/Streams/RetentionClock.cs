using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Weir.LocalKinesis.Streams;

/// <summary>
/// The time by which records expire. It is the system's, except that a clock which leaps ahead is not believed until it has stayed there for
/// <see cref="Patience"/>: what has expired does not come back, and a clock that was set wrong is mostly set right again.
/// <code>
/// system's   12:00  12:01  ─leap─►  Friday 12:02   …   Friday 13:02
/// this one   12:00  12:01           12:02          …   Friday 13:02
/// </code>
/// A clock that is set back is followed at once: everything only stays longer.
/// </summary>
internal sealed partial class RetentionClock(TimeProvider time, ILogger logger)
{
    /// <summary>How far the system's clock may leave the steady one unsuspected.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);

    /// <summary>How long a clock has to stay where it leapt to.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly ILogger _logger = logger;
    private long _trustedMs;
    private long _trustedAt;
    private long _furthestMs;
    private long? _leaptAt;
    private long _leaptToMs;

    /// <summary>Milliseconds since 1970.</summary>
    public long Now
    {
        get
        {
            lock (_lock)
                return Look();
        }
    }

    /// <summary>The latest time that clients can have been told, in milliseconds since 1970: after a step back it lies ahead of the system's.</summary>
    public long Furthest
    {
        get
        {
            lock (_lock)
                return _furthestMs = Math.Max(_furthestMs, SystemMs);
        }
    }

    private long SystemMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Goes on where the clock was when the log was last in use.</summary>
    /// <param name="path">Of the file that <see cref="Save"/> wrote.</param>
    /// <param name="lastArrivedMs">When the log's last record arrived; 0 without records.</param>
    public void Begin(string path, long lastArrivedMs)
    {
        lock (_lock)
        {
            var known = File.Exists(path) && long.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var saved) ? saved : lastArrivedMs;
            _furthestMs = Math.Max(SystemMs, Math.Max(known, lastArrivedMs));
            (_trustedMs, _trustedAt) = (known > 0 ? known : SystemMs, time.GetTimestamp());
            Look();
        }
    }

    /// <summary>Keeps the time for the next start. Without it, or with an older one, records are only kept longer.</summary>
    public void Save(string path)
    {
        var beside = path + ".new";
        File.WriteAllText(beside, Now.ToString(CultureInfo.InvariantCulture));
        File.Move(beside, path, overwrite: true);
    }

    private long Look()
    {
        var (system, at) = (SystemMs, time.GetTimestamp());
        _furthestMs = Math.Max(_furthestMs, system);
        var steady = _trustedMs + Since(_trustedAt, at);
        var ahead = system - steady;
        if (ahead > Tolerance.TotalMilliseconds)
        {
            if (_leaptAt is not { } leapt || Math.Abs(system - _leaptToMs - Since(leapt, at)) > Tolerance.TotalMilliseconds)
            {
                (_leaptAt, _leaptToMs) = (at, system);
                LogAhead(TimeSpan.FromMilliseconds(ahead), DateTimeOffset.FromUnixTimeMilliseconds(system), (int)Patience.TotalMinutes);
                return steady;
            }

            if (Since(leapt, at) < Patience.TotalMilliseconds)
                return steady;
            LogBelieved(DateTimeOffset.FromUnixTimeMilliseconds(system));
        }
        else if (-ahead > Tolerance.TotalMilliseconds)
        {
            LogBack(TimeSpan.FromMilliseconds(-ahead), DateTimeOffset.FromUnixTimeMilliseconds(system));
        }

        (_trustedMs, _trustedAt, _leaptAt) = (system, at, null);
        return system;
    }

    private long Since(long from, long to) => (long)time.GetElapsedTime(from, to).TotalMilliseconds;

    [LoggerMessage(LogLevel.Warning, "The clock is {Ahead} ahead, at {Time:u}: it was set, or this machine or the engine has rested that long. Records expire by it once it has stayed for {Minutes} minutes; they arrive by it at once.")]
    private partial void LogAhead(TimeSpan ahead, DateTimeOffset time, int minutes);

    [LoggerMessage(LogLevel.Warning, "The clock has stayed ahead: records expire by {Time:u} from now on.")]
    private partial void LogBelieved(DateTimeOffset time);

    [LoggerMessage(LogLevel.Warning, "The clock was set back by {Back}, to {Time:u}: records stay that much longer, and a shard's new ones are dated as its last until the clock is there again.")]
    private partial void LogBack(TimeSpan back, DateTimeOffset time);
}
