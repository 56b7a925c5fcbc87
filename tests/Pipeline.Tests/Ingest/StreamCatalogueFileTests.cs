using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Tests.Ingest;

public sealed class StreamCatalogueFileTests : IDisposable
{
    private readonly string _directory = IngestServer.NewDirectory();

    [Fact]
    public void What_is_written_is_read_at_the_next_start()
    {
        Open().Write([new KnownStream("orders", 1 << 20), new KnownStream("returns", 10 << 20)]);

        Assert.Equal([new KnownStream("orders", 1 << 20), new KnownStream("returns", 10 << 20)], Open().Read());
    }

    [Theory]
    [InlineData("streams.new")]
    [InlineData("streams")]
    public void A_place_that_cannot_be_written_or_read_holds_nobody_up(string taken)
    {
        Directory.CreateDirectory(Path.Combine(_directory, new SpoolOptions().Directory, taken));

        Open().Write([new KnownStream("orders", 1 << 20)]);

        Assert.Empty(Open().Read());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private StreamCatalogueFile Open() => new(
        new ConfigurationBuilder().AddInMemoryCollection([new("DataDirectory", _directory)]).Build(),
        Options.Create(new SpoolOptions()),
        NullLogger<StreamCatalogueFile>.Instance);
}
