namespace Weir.ControlPlane.State;

/// <summary>Keeps the data folder to the user that the process runs as: mode 0700 for it and the folders in it, 0600 for the files right in it and in <c>cookie-keys</c>.</summary>
public static class PrivateFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the folder when it is absent, and takes from others what they may do; what they still may, in words for a person, is returned: the process may own neither folder nor file. Nothing on Windows, where folders inherit.</summary>
    public static IReadOnlyList<string> Close(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return [];
        }

        Directory.CreateDirectory(folder, Owner);
        var keys = Path.Combine(folder, "cookie-keys");
        return
        [
            .. new[] { folder }.Concat(Directory.EnumerateDirectories(folder)).Select(f => Close(f, Owner)).OfType<string>(),
            .. Directory.EnumerateFiles(folder).Concat(Directory.Exists(keys) ? Directory.EnumerateFiles(keys) : []).Select(f => Close(f, OwnersFile)).OfType<string>(),
        ];
    }

    private static string? Close(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            if ((File.GetUnixFileMode(path) & ~mode) != 0)
            {
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) & mode);
            }

            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // A file of SQLite's that another process has just put away.
            return null;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return $"'{path}' may be used by others than the user that this process runs as: {e.Message}";
        }
    }
}
