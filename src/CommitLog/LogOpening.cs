using Microsoft.Extensions.Logging;
using Weir.CommitLog.Disk;
using Weir.CommitLog.Format;
using Weir.CommitLog.Segments;
using Weir.CommitLog.Writing;

namespace Weir.CommitLog;

/// <summary>
/// Brings a directory into a state to append to. Only the last segment is read: a segment is flushed whole before its successor exists, so what a crash
/// can tear is there. Earlier ones are checked by whoever reads them.
/// </summary>
internal sealed partial class LogOpening(ILogDisk disk, Spares spares, CommitLogOptions options, ILogger logger)
{
    private readonly string _directory = options.Directory;
    private readonly List<QuarantinedRange> _quarantined = [];

    public (List<Segment> Segments, LogOpenReport Report) Open(CancellationToken cancellationToken)
    {
        var closedAt = CleanEnd.Read(disk);
        var cleanEnd = Math.Max(closedAt, options.KnownEnd);
        var files = disk.List()
            .Select(f => (Start: SegmentHeader.TryParse(f.Name, out var start) ? start : -1, f.Length))
            .Where(f => f.Start >= 0)
            .OrderBy(f => f.Start)
            .ToList();

        var segments = new List<Segment>();
        for (var i = 0; i < files.Count - 1; i++)
            segments.Add(Sealed(files[i].Start, files[i + 1].Start, files[i].Length));

        long torn = 0;
        var end = cleanEnd;
        if (files.Count > 0)
        {
            var last = new Segment(disk, files[^1].Start, files[^1].Start);
            torn = Recover(last, Math.Max(0, files[^1].Length - SegmentHeader.Bytes), cleanEnd, cancellationToken);
            segments.Add(last);
            end = Math.Max(end, last.End);
        }

        // Positions never go back: where a file has been cut short or lost, the log goes on in a new one.
        if (segments.Count == 0 || segments[^1].End < end)
        {
            if (end > 0)
                Missing(segments.Count == 0 ? 0 : segments[^1].End, end);
            segments.Add(Committer.NewSegment(disk, end, spares, options));
        }

        CleanEnd.Remove(disk);
        LogOpened(_directory, segments[0].Start, end, segments.Count);
        return (segments, new LogOpenReport(torn, _quarantined, closedAt > 0 || files.Count == 0));
    }

    private Segment Sealed(long start, long end, long fileLength)
    {
        var there = Math.Min(end, start + Math.Max(0, fileLength - SegmentHeader.Bytes));
        var segment = new Segment(disk, start, there);
        CheckVersion(segment);
        if (there < end)
            Missing(there, end);
        return segment;
    }

    /// <summary>Cuts off the torn tail of the last segment and sets its damage aside; returns the bytes cut off.</summary>
    private long Recover(Segment segment, long bytes, long cleanEnd, CancellationToken cancellationToken)
    {
        var recycled = CheckVersion(segment);
        var fileEnd = segment.Start + bytes;
        var inspection = SegmentInspection.Of(segment, fileEnd, cleanEnd, cancellationToken);
        var damage = new List<QuarantinedRange>();
        foreach (var (from, to) in inspection.Holes.Where(h => h.From < inspection.ProvenDurable))
        {
            var range = Quarantine.Set(disk, segment, from, Math.Min(to, inspection.ProvenDurable));
            damage.Add(range);
            LogDamage(_directory, range.From.Offset, range.Length, range.File);
        }

        segment.Damage = damage;
        _quarantined.AddRange(damage);
        segment.End = Math.Min(fileEnd, inspection.WholeUntil);
        var torn = recycled ? segment.BytesOfUnfinishedFrames(fileEnd) : fileEnd - segment.End;
        segment.Trim();
        if (torn > 0)
            LogTornTail(_directory, torn, segment.End);

        segment.File.Write(SegmentHeader.For(segment.Start, options.WriteAheadBytes > 0), 0);
        // What is read from now on counts as durable, so it has to be: the process may have died between write and fsync.
        segment.File.Flush();
        if (inspection.ProvenDurable > fileEnd)
            Missing(fileEnd, inspection.ProvenDurable);
        return torn;
    }

    /// <summary>Whether what lies behind the last frame may be of an earlier life, or written ahead.</summary>
    private static bool CheckVersion(Segment segment)
    {
        Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
        if (segment.File.Read(header, 0) < header.Length)
            return false;
        if (SegmentHeader.IsOfAnotherVersion(header))
            throw new InvalidDataException($"{segment.Name} was written by another version of the commit log; this one reads version 1.");
        return SegmentHeader.IsRecycled(header, segment.Start);
    }

    private void Missing(long from, long to)
    {
        if (_quarantined.Any(q => q.From.Offset == from))
            return;
        _quarantined.Add(new QuarantinedRange(new LogPosition(from), to - from, ""));
        LogMissing(_directory, to - from, from);
    }

    [LoggerMessage(LogLevel.Information, "Opened commit log {Directory}: positions {Start} to {End} in {Segments} segments.")]
    private partial void LogOpened(string directory, long start, long end, int segments);

    [LoggerMessage(LogLevel.Warning, "Commit log {Directory}: cut off {Bytes} bytes of an unfinished write after position {End}; nobody had been told that they were stored.")]
    private partial void LogTornTail(string directory, long bytes, long end);

    [LoggerMessage(LogLevel.Error, "Commit log {Directory}: {Length} bytes at position {From} are damaged and will be skipped; a copy is in {File}.")]
    private partial void LogDamage(string directory, long from, long length, string file);

    [LoggerMessage(LogLevel.Error, "Commit log {Directory}: {Length} bytes at position {From} are gone: a segment is missing or short.")]
    private partial void LogMissing(string directory, long length, long from);
}
