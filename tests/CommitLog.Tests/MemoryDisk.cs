using Weir.CommitLog.Disk;

namespace Weir.CommitLog.Tests;

/// <summary>
/// A disk in memory that can run full, fail to flush, and lose power: then every 512-byte sector, file length and name that was not flushed
/// survives or not by the throw of a die.
/// </summary>
internal sealed class MemoryDisk : ILogDisk
{
    private const int Sector = 512;
    private readonly Lock _gate = new();
    private Dictionary<string, Content> _names = [];
    private Dictionary<string, Content> _durableNames = [];
    private int _generation;
    private bool _locked;

    /// <summary>Bytes that fit on it.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Whether fsync fails.</summary>
    public bool FailFlush { get; set; }

    /// <summary>What a flush waits for before it begins; null for nothing.</summary>
    public ManualResetEventSlim? FlushesWaitFor { get; set; }

    /// <summary>Disk operations until the power goes; negative for never.</summary>
    public int OperationsUntilPowerLoss { get; set; } = -1;

    public bool IsPoweredOff { get; private set; }

    public int Flushes { get; private set; }

    public IReadOnlyDictionary<string, byte[]> Files
    {
        get
        {
            lock (_gate)
                return _names.ToDictionary(f => f.Key, f => f.Value.Bytes.ToArray());
        }
    }

    public void Put(string name, byte[] bytes)
    {
        lock (_gate)
        {
            _names[name] = new Content { Bytes = [.. bytes], Durable = [.. bytes] };
            _durableNames[name] = _names[name];
        }
    }

    /// <summary>What the disk holds after the power has come back.</summary>
    public void LosePower(Random random)
    {
        lock (_gate)
        {
            _generation++;
            _locked = false;
            OperationsUntilPowerLoss = -1;
            IsPoweredOff = false;
            var names = new Dictionary<string, Content>();
            foreach (var name in _names.Keys.Union(_durableNames.Keys))
            {
                var content = (_names.TryGetValue(name, out var now), _durableNames.TryGetValue(name, out var before)) switch
                {
                    (true, true) when now == before => now,
                    (true, false) => random.Next(2) == 0 ? now : null,
                    (false, true) => random.Next(2) == 0 ? before : null,
                    _ => random.Next(2) == 0 ? now : before,
                };
                if (content is not null)
                    names[name] = content.AfterPowerLoss(random);
            }

            _names = names;
            _durableNames = new(names);
        }
    }

    public IDisposable Lock()
    {
        lock (_gate)
        {
            if (_locked)
                throw new IOException("held");
            _locked = true;
            return new Release(this, _generation);
        }
    }

    public IReadOnlyList<(string Name, long Length)> List()
    {
        lock (_gate)
        {
            Step();
            return [.. _names.Select(f => (f.Key, (long)f.Value.Bytes.Count))];
        }
    }

    public ILogFile Open(string name)
    {
        lock (_gate)
        {
            Step();
            return new OpenFile(this, _names[name], _generation);
        }
    }

    public ILogFile Create(string name)
    {
        lock (_gate)
        {
            Step();
            if (!_names.TryAdd(name, new Content()))
                throw new IOException(name + " exists");
            return new OpenFile(this, _names[name], _generation);
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            Step();
            _names.Remove(name);
        }
    }

    public void Rename(string name, string other)
    {
        lock (_gate)
        {
            Step();
            if (!_names.TryAdd(other, _names[name]))
                throw new IOException(other + " exists");
            _names.Remove(name);
        }
    }

    public void Sync()
    {
        lock (_gate)
        {
            Step();
            _durableNames = new(_names);
        }
    }

    public string PathOf(string name) => name;

    private void Step()
    {
        if (OperationsUntilPowerLoss == 0)
            IsPoweredOff = true;
        if (IsPoweredOff)
            throw new IOException("no power");
        if (OperationsUntilPowerLoss > 0)
            OperationsUntilPowerLoss--;
    }

    private sealed class Release(MemoryDisk disk, int generation) : IDisposable
    {
        public void Dispose()
        {
            lock (disk._gate)
                disk._locked &= disk._generation != generation;
        }
    }

    private sealed class Content
    {
        public List<byte> Bytes { get; init; } = [];

        public byte[] Durable { get; set; } = [];

        public Content AfterPowerLoss(Random random)
        {
            var length = Bytes.Count == Durable.Length
                ? Durable.Length
                : random.Next(3) switch { 0 => Bytes.Count, 1 => Durable.Length, _ => random.Next(Math.Min(Bytes.Count, Durable.Length), Math.Max(Bytes.Count, Durable.Length) + 1) };
            var after = new byte[length];
            for (var from = 0; from < length; from += Sector)
            {
                var keepsNew = random.Next(2) == 0;
                for (var i = from; i < Math.Min(from + Sector, length); i++)
                {
                    var before = i < Durable.Length ? Durable[i] : (byte)0;
                    after[i] = keepsNew && i < Bytes.Count ? Bytes[i] : before;
                }
            }

            return new Content { Bytes = [.. after], Durable = after };
        }
    }

    private sealed class OpenFile(MemoryDisk disk, Content content, int generation) : ILogFile
    {
        public long Length
        {
            get
            {
                lock (disk._gate)
                    return content.Bytes.Count;
            }
        }

        public int Read(Span<byte> target, long offset)
        {
            lock (disk._gate)
            {
                var count = (int)Math.Clamp(content.Bytes.Count - offset, 0, target.Length);
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(content.Bytes).Slice(count == 0 ? 0 : (int)offset, count).CopyTo(target);
                return count;
            }
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            lock (disk._gate)
            {
                Alive();
                var room = disk.Capacity - disk._names.Values.Sum(f => (long)f.Bytes.Count);
                var grows = Math.Max(0, offset + source.Length - content.Bytes.Count);
                var fits = grows <= room ? source.Length : (int)Math.Max(0, source.Length - (grows - room));
                var end = (int)offset + fits;
                if (content.Bytes.Count < end)
                    System.Runtime.InteropServices.CollectionsMarshal.SetCount(content.Bytes, end);
                source[..fits].CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(content.Bytes)[(int)offset..]);
                if (fits < source.Length)
                    throw new IOException("No space left on device", 28);
            }
        }

        public void SetLength(long length)
        {
            lock (disk._gate)
            {
                Alive();
                content.Bytes.RemoveRange((int)length, content.Bytes.Count - (int)length);
            }
        }

        public void Flush()
        {
            disk.FlushesWaitFor?.Wait();
            lock (disk._gate)
            {
                Alive();
                if (disk.FailFlush)
                    throw new IOException("Input/output error", 5);
                disk.Flushes++;
                content.Durable = [.. content.Bytes];
            }
        }

        public void Dispose()
        {
        }

        private void Alive()
        {
            if (generation != disk._generation)
                throw new IOException("no power since");
            disk.Step();
        }
    }
}
