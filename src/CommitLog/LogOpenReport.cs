namespace Weir.CommitLog;

/// <summary>
/// What was found wrong: bytes cut off as a torn tail at opening (never acknowledged), and ranges set aside because their checksum failed,
/// found at opening in the last segment or since then while reading an earlier one. <see cref="ClosedInOrder"/> says whether the log had been closed before:
/// without that, entries at the very end that a failing disk has lost cannot be told from a write that was never finished.
/// </summary>
public sealed record LogOpenReport(long TornTailBytes, IReadOnlyList<QuarantinedRange> Quarantined, bool ClosedInOrder);

/// <summary>
/// Bytes in the middle of the log that are lost: their checksum failed, or the file that held them is gone or short. What there was of them
/// has been copied to <see cref="File"/> (empty when there was nothing to copy or no room for it); readers skip the range.
/// </summary>
public sealed record QuarantinedRange(LogPosition From, long Length, string File);
