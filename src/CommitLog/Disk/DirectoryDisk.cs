using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.CommitLog.Disk;

/// <summary>A directory of the file system.</summary>
internal sealed partial class DirectoryDisk : ILogDisk
{
    private const string LockName = "lock";
    private readonly string _directory;

    public DirectoryDisk(string directory)
    {
        _directory = Path.GetFullPath(directory);
        if (!Directory.Exists(_directory))
        {
            Directory.CreateDirectory(_directory);
            if (Path.GetDirectoryName(_directory) is { } parent)
                SyncDirectory(parent);
        }
    }

    public IDisposable Lock()
    {
        try
        {
            return new FileStream(PathOf(LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (!DiskErrors.IsFull(e))
        {
            throw new IOException($"The log in {_directory} is in use by another process, or by this one a second time.", e);
        }
    }

    public IReadOnlyList<(string Name, long Length)> List() =>
        [.. new DirectoryInfo(_directory).EnumerateFiles().Where(f => f.Name != LockName).Select(f => (f.Name, f.Length))];

    public ILogFile Open(string name) => new HandleFile(PathOf(name), FileMode.Open);

    public ILogFile Create(string name) => new HandleFile(PathOf(name), FileMode.CreateNew);

    public void Delete(string name) => File.Delete(PathOf(name));

    public void Rename(string name, string other) => File.Move(PathOf(name), PathOf(other));

    public void Sync() => SyncDirectory(_directory);

    public string PathOf(string name) => Path.Combine(_directory, name);

    /// <summary>.NET has no call for this: a new name is safe only when the directory that holds it is flushed too.</summary>
    private static void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = open(directory, 0);
        if (descriptor < 0)
            throw new IOException($"Cannot open the directory {directory} to flush it (errno {Marshal.GetLastPInvokeError()})");
        try
        {
            while (fsync(descriptor) != 0)
            {
                const int Interrupted = 4;
                if (Marshal.GetLastPInvokeError() != Interrupted)
                    throw new IOException($"Cannot flush the directory {directory} (errno {Marshal.GetLastPInvokeError()})");
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    private sealed class HandleFile(string path, FileMode mode) : ILogFile
    {
        // The log's own lock guards the files, so no lock per file.
        private readonly SafeFileHandle _handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

        public long Length => RandomAccess.GetLength(_handle);

        public int Read(Span<byte> target, long offset)
        {
            var total = 0;
            while (total < target.Length)
            {
                var read = RandomAccess.Read(_handle, target[total..], offset + total);
                if (read == 0)
                    break;
                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> source, long offset) => RandomAccess.Write(_handle, source, offset);

        public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

        public void Flush() => RandomAccess.FlushToDisk(_handle);

        public void Dispose() => _handle.Dispose();
    }
}
