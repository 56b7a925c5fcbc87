using Microsoft.Extensions.Configuration;
using Weir.Dashboard.Hosting;

namespace Weir.Dashboard.Tests.Hosting;

public sealed class DataFolderTests
{
    [Fact]
    public void A_folder_that_cannot_be_written_to_is_named_with_its_setting()
    {
        var file = Path.GetTempFileName();
        try
        {
            var problem = DataFolder.Problem(With(Path.Combine(file, "data")));

            Assert.StartsWith($"DataDirectory: '{Path.Combine(file, "data")}' cannot be written to", problem, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_folder_that_is_not_there_is_made_and_left_empty()
    {
        var folder = Directory.CreateTempSubdirectory("weir-folder-");
        try
        {
            var data = Path.Combine(folder.FullName, "a", "b");

            Assert.Null(DataFolder.Problem(With(data)));
            Assert.Empty(Directory.EnumerateFileSystemEntries(data));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IConfiguration With(string data) => new ConfigurationBuilder().AddInMemoryCollection([new("DataDirectory", data)]).Build();
}
