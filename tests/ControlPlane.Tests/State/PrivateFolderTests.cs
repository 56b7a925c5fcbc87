using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Tests.State;

public sealed class PrivateFolderTests : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-private-").FullName;

    [Fact]
    public void What_others_may_do_in_the_data_folder_is_taken_from_them()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes");
        if (OperatingSystem.IsWindows())
            return;
        var keys = Directory.CreateDirectory(Path.Combine(_folder, "cookie-keys")).FullName;
        string[] files = [Path.Combine(_folder, "state.db"), Path.Combine(keys, "key.xml")];
        foreach (var file in files)
        {
            File.WriteAllText(file, "");
            File.SetUnixFileMode(file, Everybody);
        }

        File.SetUnixFileMode(_folder, Everybody);
        File.SetUnixFileMode(keys, Everybody);

        Assert.Empty(PrivateFolder.Close(_folder));

        foreach (var folder in (string[])[_folder, keys])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        foreach (var file in files)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
