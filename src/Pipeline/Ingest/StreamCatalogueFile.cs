using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Ingest;

/// <summary>The catalogue as last seen, a line per stream (<c>orders 1048576</c>), beside the spool. Losing it costs nothing while the service answers.</summary>
internal sealed partial class StreamCatalogueFile(IConfiguration configuration, IOptions<SpoolOptions> spool, ILogger<StreamCatalogueFile> logger)
{
    private readonly string _path = Path.Combine(configuration["DataDirectory"] ?? "data", spool.Value.Directory, "streams");

    public IReadOnlyList<KnownStream> Read()
    {
        try
        {
            return File.Exists(_path)
                ? [.. File.ReadAllLines(_path)
                    .Select(l => l.Split(' '))
                    .Where(p => p.Length == 2 && int.TryParse(p[1], CultureInfo.InvariantCulture, out _))
                    .Select(p => new KnownStream(p[0], int.Parse(p[1], CultureInfo.InvariantCulture)))]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(logger, _path, e);
            return [];
        }
    }

    public void Write(IEnumerable<KnownStream> streams)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            var fresh = _path + ".new";
            File.WriteAllLines(fresh, streams.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Name} {s.MaxRecordBytes}")));
            File.Move(fresh, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(logger, _path, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The list of streams in {Path} cannot be read or written.")]
    private static partial void LogUnreadable(ILogger logger, string path, Exception exception);
}
