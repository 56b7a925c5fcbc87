namespace Weir.LocalKinesis.Wire;

/// <summary>What a value on the wire may be. Names of types and sentences of constraints are the service's.</summary>
internal abstract record Shape;

/// <summary>Text; a pattern is matched as a whole.</summary>
internal sealed record StringShape(string? Pattern = null, int Min = 0, int Max = int.MaxValue, string[]? OneOf = null) : Shape;

internal sealed record IntegerShape(int? Min = null, int? Max = null) : Shape;

internal sealed record BooleanShape : Shape;

internal sealed record BlobShape(int Max) : Shape;

internal sealed record TimestampShape : Shape;

/// <summary><paramref name="MemberText"/> is what an error message shows for each member.</summary>
internal sealed record ListShape(Shape Member, int Min = 0, int Max = int.MaxValue, string? MemberText = null) : Shape;

/// <summary>A map from text to text; keys and values have lengths of their own.</summary>
internal sealed record MapShape(int Min, int Max, int KeyMin, int KeyMax, int ValueMin, int ValueMax) : Shape;

/// <summary>Members in the order in which the service checks them.</summary>
internal sealed record StructureShape(params Member[] Members) : Shape;

/// <param name="Name">As on the wire.</param>
/// <param name="Shape">What it may be.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Unless">A member that may stand in for a required one.</param>
/// <param name="Else">The text to take when it is not there.</param>
internal sealed record Member(string Name, Shape Shape, bool Required = false, string? Unless = null, string? Else = null)
{
    /// <summary>The name as messages have it: <c>streamName</c>.</summary>
    public string Label { get; } = char.ToLowerInvariant(Name[0]) + Name[1..];
}
