namespace Weir.CommitLog.Disk;

internal static class DiskErrors
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceededLinux = 122;
    private const int QuotaExceededMac = 69;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the operating system refused for want of room, which passes.</summary>
    public static bool IsFull(IOException e) => e.HResult switch
    {
        WindowsDiskFull or WindowsHandleDiskFull => true,
        NoSpaceLeft => !OperatingSystem.IsWindows(),
        QuotaExceededLinux => OperatingSystem.IsLinux(),
        QuotaExceededMac => OperatingSystem.IsMacOS(),
        _ => false,
    };
}
