using System.Text.Json.Serialization;

namespace Weir.Pipeline.Redaction.Verbs;

/// <summary>How the detectors did on one file.</summary>
public sealed record AccuracyReport(string File, IReadOnlyList<DetectionScore> Detection, IReadOnlyList<ValidationScore> Validation);

/// <summary>Spans of one entity: labelled, found, and how they meet. Ratios are null when there is nothing to divide by.</summary>
public sealed class DetectionScore(string entity, bool covered)
{
    public string Entity { get; } = entity;

    /// <summary>A detector exists for it.</summary>
    public bool Covered { get; } = covered;

    public int Texts { get; set; }

    /// <summary>Labelled spans.</summary>
    public int N { get; set; }

    public int Found { get; set; }

    public double? ExactPrecision => Divide(ExactRight, Found);

    public double? ExactRecall => Divide(ExactRecalled, N);

    public double? OverlapPrecision => Divide(OverlapRight, Found);

    public double? OverlapRecall => Divide(OverlapRecalled, N);

    /// <summary>Labelled characters, white space aside, that no span of any entity covers.</summary>
    public int Leaked { get; set; }

    public int Characters { get; set; }

    internal int ExactRight { get; set; }

    internal int ExactRecalled { get; set; }

    internal int OverlapRight { get; set; }

    internal int OverlapRecalled { get; set; }

    [JsonIgnore]
    public List<string> Errors { get; } = [];

    private static double? Divide(int a, int b) => b == 0 ? null : a / (double)b;
}

/// <summary>Whole texts of one entity, each valid or not.</summary>
public sealed class ValidationScore(string entity)
{
    public string Entity { get; } = entity;

    /// <summary>Some row was judged.</summary>
    public bool Covered => N > 0;

    /// <summary>Rows judged.</summary>
    public int N { get; set; }

    /// <summary>Rows that ask for an entity, or for options, that no detector has.</summary>
    public int NotCovered { get; set; }

    public int Right { get; set; }

    public double? Accuracy => !Covered || N == 0 ? null : Right / (double)N;

    public int FalseAccepts { get; set; }

    public int FalseRejects { get; set; }

    [JsonIgnore]
    public List<string> Errors { get; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<AccuracyReport>))]
internal sealed partial class AccuracyJson : JsonSerializerContext;
