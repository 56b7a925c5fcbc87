namespace Weir.CommitLog;

/// <summary>The disk is full: nothing of the batch was written, and the log goes on as soon as there is room.</summary>
public sealed class LogFullException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>
/// The disk failed in a way after which nobody knows what it holds (a failed fsync, for one). The log takes no more entries until it is
/// opened again; entries whose append ended with this may or may not be there then. Reading goes on.
/// </summary>
public sealed class LogFailedException(string message, Exception? inner = null) : IOException(message, inner);
