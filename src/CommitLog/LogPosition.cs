namespace Weir.CommitLog;

/// <summary>A place in the log: the number of bytes that stand before the entry, counted from the log's first ever byte. Positions only grow and survive restarts and released segments.</summary>
public readonly record struct LogPosition(long Offset) : IComparable<LogPosition>
{
    public int CompareTo(LogPosition other) => Offset.CompareTo(other.Offset);
    public static bool operator <(LogPosition a, LogPosition b) => a.Offset < b.Offset;
    public static bool operator >(LogPosition a, LogPosition b) => a.Offset > b.Offset;
    public static bool operator <=(LogPosition a, LogPosition b) => a.Offset <= b.Offset;
    public static bool operator >=(LogPosition a, LogPosition b) => a.Offset >= b.Offset;
}

/// <summary>One entry as read back. <see cref="Next"/> is where the one after it stands, if the log goes on.</summary>
public readonly record struct LogEntry(LogPosition Position, LogPosition Next, ReadOnlyMemory<byte> Payload);
