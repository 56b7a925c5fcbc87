using System.IO.Hashing;
using System.Text.Json;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Storage;

/// <summary>
/// The state as of a position of the log, so that opening need not read what stands before it. Only a shortcut: without it, or with a damaged one, the whole log is read.
/// <code>
/// "WEIRIDX1"  position (8)  control entries (JSON)  shards: stream, index, next, last time, block index   XXH3 of all before (8)
/// </code>
/// </summary>
internal sealed record Checkpoint(long Position, List<ControlEntry> Entries, Dictionary<(int Stream, int Shard), ShardRemains> Remains)
{
    private const ulong Magic = 0x3158_4449_5249_4557;

    /// <summary>Replaces the file, durably.</summary>
    /// <returns>Its size.</returns>
    public long Save(string path)
    {
        var temporary = path + ".new";
        long bytes;
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            using var hashing = new HashingStream(file);
            using (var writer = new BinaryWriter(hashing, System.Text.Encoding.UTF8, leaveOpen: true))
            {
                writer.Write(Magic);
                writer.Write(Position);
                var json = JsonSerializer.SerializeToUtf8Bytes(Entries, StreamJson.Default.ListControlEntry);
                writer.Write7BitEncodedInt(json.Length);
                writer.Write(json);
                writer.Write7BitEncodedInt(Remains.Count);
                foreach (var ((stream, shard), remains) in Remains)
                {
                    writer.Write(stream);
                    writer.Write(shard);
                    writer.Write(remains.Next);
                    writer.Write(remains.LastMs);
                    remains.Index.Save(writer);
                }
            }

            file.Write(BitConverter.GetBytes(hashing.Hash));
            file.Flush(flushToDisk: true);
            bytes = file.Length;
        }

        File.Move(temporary, path, overwrite: true);
        return bytes;
    }

    /// <summary>Reads the file; null when there is none or it is damaged.</summary>
    public static Checkpoint? TryLoad(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length < 24 || BitConverter.ToUInt64(bytes, 0) != Magic || XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - 8)) != BitConverter.ToUInt64(bytes, bytes.Length - 8))
                return null;
            using var reader = new BinaryReader(new MemoryStream(bytes, 8, bytes.Length - 16));
            var position = reader.ReadInt64();
            var entries = JsonSerializer.Deserialize(reader.ReadBytes(reader.Read7BitEncodedInt()), StreamJson.Default.ListControlEntry)!;
            var remains = new Dictionary<(int, int), ShardRemains>();
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            {
                var key = (reader.ReadInt32(), reader.ReadInt32());
                var (next, lastMs) = (reader.ReadUInt64(), reader.ReadInt64());
                remains.Add(key, new ShardRemains { Next = next, LastMs = lastMs, Index = BlockIndex.Load(reader) });
            }

            return new Checkpoint(position, entries, remains);
        }
        catch (Exception e) when (e is IOException or JsonException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Hashes what passes through.</summary>
    private sealed class HashingStream(Stream inner) : Stream
    {
        private readonly XxHash3 _hash = new();

        public ulong Hash => _hash.GetCurrentHashAsUInt64();
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => inner.Length;
        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.Append(buffer);
            inner.Write(buffer);
        }
    }
}
