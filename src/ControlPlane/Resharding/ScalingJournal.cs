using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Resharding;

/// <summary>Every <c>UpdateShardCount</c> that we made, because the service allows ten in a rolling 24 hours and does not say how many are left.</summary>
public sealed class ScalingJournal(StateDatabase database, TimeProvider time)
{
    /// <summary>See <see href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html">UpdateShardCount</see>.</summary>
    public const int ScalingsPerDay = 10;

    private const int KeptDays = 7;

    /// <summary>Notes a call. Written before it is made: after a crash one too many is counted, never one too few.</summary>
    public void Write(string stream, int from, int to)
    {
        database.Execute("DELETE FROM scalings WHERE at < $since", ("$since", time.GetUtcNow().AddDays(-KeptDays).Stored()));
        database.Execute(
            "INSERT INTO scalings (stream, at, from_count, to_count) VALUES ($stream, $at, $from, $to)", ("$stream", stream), ("$at", time.GetUtcNow().Stored()), ("$from", from), ("$to", to));
    }

    /// <summary>Takes the last note back, because the service refused the call.</summary>
    public void TakeBack(string stream) => database.Execute(
        "DELETE FROM scalings WHERE rowid = (SELECT rowid FROM scalings WHERE stream = $stream ORDER BY at DESC, rowid DESC LIMIT 1)", ("$stream", stream));

    /// <summary>How many calls are left in the rolling day, as far as this journal knows.</summary>
    public int LeftToday(string stream) => Math.Max(0, ScalingsPerDay - database.Query(
        "SELECT at FROM scalings WHERE stream = $stream AND at > $since", r => r.GetString(0), ("$stream", stream), ("$since", time.GetUtcNow().AddDays(-1).Stored())).Count);

    /// <summary>When the next call comes free, null when one is free now.</summary>
    public DateTimeOffset? NextFree(string stream)
    {
        var made = database.Query("SELECT at FROM scalings WHERE stream = $stream AND at > $since ORDER BY at", r => r.Time(0), ("$stream", stream), ("$since", time.GetUtcNow().AddDays(-1).Stored()));
        return made.Count < ScalingsPerDay ? null : made[^ScalingsPerDay].AddDays(1);
    }
}
