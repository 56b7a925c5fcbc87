using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Redaction.Rules;

/// <summary>A key as it stands in JSON, looked at once: what it means to the paths of a rule set and to the detectors.</summary>
internal sealed class KeyMeaning
{
    public required byte[] Utf8 { get; init; }

    /// <summary>Counts from 1 within a rule set; 0 for one that is not remembered.</summary>
    public required int Id { get; init; }

    /// <summary>The key as reports may show it: one that may itself be personal data is a star.</summary>
    public required string Shown { get; init; }

    /// <summary>For the path automaton.</summary>
    public required int Symbol { get; init; }

    /// <summary>What the words of the key say about its value.</summary>
    public required KeyContext Context { get; init; }

    /// <summary>Entities that some rule looks for and that the key alone names: its value is looked at whatever it is.</summary>
    public required int[] Names { get; init; }

    /// <summary><see cref="Names"/> holds some.</summary>
    public bool NamesAny { get; init; }

    /// <summary>What the key is to those around it, as far as the rules ask for it.</summary>
    public KeyRole Role { get; init; }

    /// <summary>What it means depends on the keys around it.</summary>
    public bool Depends { get; init; }

    /// <summary>The walk stops at it wherever it stands: it names something, or has a role among its siblings.</summary>
    public bool Stops => NamesAny || Depends || (Role & KeyRole.Contact) != 0;

    /// <summary>The same key in an object about a person, whose name it then gives; null for a key that never gives one.</summary>
    public KeyMeaning? OfPerson { get; init; }

    /// <summary>The key names a number that is nobody's: digits alone need no look.</summary>
    public bool OtherNumber { get; init; }

    /// <summary>How it was first spelled in JSON; null before.</summary>
    public KeyStep? Step { get; set; }

    /// <summary>No key, or one that says nothing.</summary>
    public static KeyMeaning None { get; } = new() { Utf8 = [], Id = 0, Shown = "*", Symbol = PathMatcher.OtherKey, Context = KeyContext.None, Names = [] };
}
