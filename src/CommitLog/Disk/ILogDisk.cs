namespace Weir.CommitLog.Disk;

/// <summary>The directory a log lives in. Two implementations: the file system, and one in memory that loses power on command.</summary>
internal interface ILogDisk
{
    /// <summary>Takes the directory for this process; <see cref="IOException"/> when another has it.</summary>
    IDisposable Lock();

    /// <summary>Every file's name and length, in no order.</summary>
    IReadOnlyList<(string Name, long Length)> List();

    ILogFile Open(string name);

    /// <summary>Creates an empty file for reading and writing; <see cref="IOException"/> when it exists.</summary>
    ILogFile Create(string name);

    void Delete(string name);

    /// <summary>Gives a file another name, which no file has.</summary>
    void Rename(string name, string other);

    /// <summary>Makes created and deleted names survive power loss.</summary>
    void Sync();

    /// <summary>Where a file is, for people.</summary>
    string PathOf(string name);
}

/// <summary>One open file. Reads may run beside a write; there is one writer.</summary>
internal interface ILogFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads as much as there is, up to the length of <paramref name="target"/>.</summary>
    int Read(Span<byte> target, long offset);

    /// <summary>Writes all of it, or throws and leaves anything.</summary>
    void Write(ReadOnlySpan<byte> source, long offset);

    void SetLength(long length);

    /// <summary>Returns once everything written is on stable storage (fsync).</summary>
    void Flush();
}
