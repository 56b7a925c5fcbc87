using System.ComponentModel.DataAnnotations;

namespace Weir.Pipeline.Sinks;

/// <summary>Where clean records end; section <c>Sinks</c>.</summary>
public sealed class SinkOptions : IValidatableObject
{
    public const string Section = "Sinks";

    /// <summary>Where every record is kept, and dead letters with it: <c>Sqlite</c> (default, one process) or <c>DynamoDb</c> (many).</summary>
    [RegularExpression("^(?i)(Sqlite|DynamoDb)$", ErrorMessage = "Sinks:Store must be Sqlite or DynamoDb.")]
    public string Store { get; set; } = "Sqlite";

    /// <summary>The tables of <c>Store: DynamoDb</c>.</summary>
    public DynamoDbOptions DynamoDb { get; set; } = new();

    /// <summary>Tables in DynamoDB that hold the newest record of each key. Default none.</summary>
    public IList<LatestStateOptions> LatestState { get; } = [];

    /// <summary>Tables in DynamoDB that count and sum by a key. Default none.</summary>
    public IList<CounterOptions> Counters { get; } = [];

    internal bool IsDynamoDb => Store.Equals("DynamoDb", StringComparison.OrdinalIgnoreCase);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var problems = new List<ValidationResult>();
        Validator.TryValidateObject(DynamoDb, new ValidationContext(DynamoDb), problems, validateAllProperties: true);
        foreach (var problem in problems)
            yield return problem;
        foreach (var (index, table) in LatestState.Index())
        {
            if (!DynamoDbOptions.IsTableName(table.Table))
                yield return new ValidationResult($"Sinks:LatestState:{index}:Table must be 3 to 255 letters, digits, '_', '.' or '-'.");
        }

        foreach (var (index, table) in Counters.Index())
        {
            if (!DynamoDbOptions.IsTableName(table.Table))
                yield return new ValidationResult($"Sinks:Counters:{index}:Table must be 3 to 255 letters, digits, '_', '.' or '-'.");
            if (table.Key.Length == 0)
                yield return new ValidationResult($"Sinks:Counters:{index}:Key is missing: the path of the field to count by, such as customer.country.");
        }
    }
}

/// <summary>Section <c>Sinks:DynamoDb</c>. Tables are made when they are absent, billed per request.</summary>
public sealed class DynamoDbOptions
{
    /// <summary>Table of clean records, one row each. Default <c>weir-records</c>.</summary>
    [RegularExpression(TableName, ErrorMessage = "Sinks:DynamoDb:Records must be 3 to 255 letters, digits, '_', '.' or '-'.")]
    public string Records { get; set; } = "weir-records";

    /// <summary>Table of dead letters. Default <c>weir-dead-letters</c>.</summary>
    [RegularExpression(TableName, ErrorMessage = "Sinks:DynamoDb:DeadLetters must be 3 to 255 letters, digits, '_', '.' or '-'.")]
    public string DeadLetters { get; set; } = "weir-dead-letters";

    /// <summary>
    /// Partitions over which the rows of one shard, and of one partition key in the index, are spread, 1 to 200. A partition takes 1,000 writes of 1 KiB a second. Default 4.
    /// Part of every row's key: changed on a table in use, records that come again are stored a second time.
    /// </summary>
    [Range(1, 200, ErrorMessage = "Sinks:DynamoDb:Suffixes must be 1 to 200.")]
    public int Suffixes { get; set; } = 4;

    /// <summary>Whether an index (<c>byKey</c>) finds the records of one partition key, in order; it makes a write dearer by one. Default true.</summary>
    public bool IndexKeys { get; set; } = true;

    /// <summary>Days after a record's arrival when DynamoDB may delete it, 1 to 3,650, or 0 (default) to keep it.</summary>
    [Range(0, 3650, ErrorMessage = "Sinks:DynamoDb:TtlDays must be 0 to 3,650.")]
    public int TtlDays { get; set; }

    /// <summary>Partitions of the index that finds a stream's newest records, 1 to 200, or 0 for no index: the console then shows no records, and a write costs half. Default 8, good for 8,000 records a second of a stream.</summary>
    [Range(0, 200, ErrorMessage = "Sinks:DynamoDb:RecentLanes must be 0 to 200.")]
    public int RecentLanes { get; set; } = 8;

    private const string TableName = "^[a-zA-Z0-9_.-]{3,255}$";

    internal static bool IsTableName(string name) => System.Text.RegularExpressions.Regex.IsMatch(name, TableName);
}

/// <summary>Section <c>Sinks:LatestState:N</c>: the newest record of each key, one row each.</summary>
public sealed class LatestStateOptions
{
    public string Table { get; set; } = "";

    /// <summary>Path of the field whose value is the key, such as <c>order.id</c>; unset: the partition key. Records without it are passed over.</summary>
    public string? Key { get; set; }

    /// <summary>Streams to take; empty (default) for all.</summary>
    public IList<string> Streams { get; } = [];
}

/// <summary>Section <c>Sinks:Counters:N</c>: a count, and with <see cref="Value"/> a sum, by key.</summary>
public sealed class CounterOptions
{
    public string Table { get; set; } = "";

    /// <summary>Path of the field to count by, such as <c>customer.country</c>; records without it count under <c>(none)</c>.</summary>
    public string Key { get; set; } = "";

    /// <summary>Path of the number to sum; unset to count only.</summary>
    public string? Value { get; set; }

    /// <summary>Streams to take; empty (default) for all.</summary>
    public IList<string> Streams { get; } = [];
}
