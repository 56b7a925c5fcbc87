namespace Weir.Dashboard.Hosting;

/// <summary>The folder <c>DataDirectory</c>, looked at before anything is opened in it.</summary>
internal static class DataFolder
{
    public static string PathOf(IConfiguration configuration) => Path.GetFullPath(configuration["DataDirectory"] is { Length: > 0 } given ? given : "data");

    /// <summary>Makes the folder; what keeps this process from writing into it, naming the key, or null when nothing does.</summary>
    public static string? Problem(IConfiguration configuration)
    {
        var folder = PathOf(configuration);
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".writable-{Environment.ProcessId}");
            File.Create(probe).Dispose();
            File.Delete(probe);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"DataDirectory: '{folder}' cannot be written to ({e.Message.TrimEnd('.')}). Give this user the right to, or choose another folder with DataDirectory=/path in the environment or --DataDirectory=/path.";
        }
    }
}
