using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Keys that say nothing alone, and what those around them make of them: <c>{"name":"Ada Byron","email":...}</c>, <c>{"type":"phone","value":"..."}</c>.</summary>
internal sealed partial class RecordScan
{
    private const int MostSiblings = 3;
    private const int LongestLabel = 40;

    private static readonly int Address = EntityCatalogue.Find("STREET_ADDRESS")!.Id;

    private bool _isThing;

    /// <summary>The value on the trail that is being looked at; null for what a walk of its own reads, JSON in a string too.</summary>
    private TrailStep? OnTrail => _along is { } step && _depth == step.Container!.Depth ? step : null;

    /// <summary>What the key of the value in [start, end) means where it stands.</summary>
    private KeyMeaning InItsRole(ReadOnlySpan<byte> text, int start, int end, int state, KeyMeaning key)
    {
        if ((key.Role & KeyRole.Paired) != 0 && LabelOf(text, start, end) is { } label)
        {
            return label;
        }

        var around = OnTrail is { } step ? step.Container!.Key : _levels[_depth].Key;
        if ((key.Role & KeyRole.Paired) != 0 && (around.Context.Phone || around.Context.Card))
        {
            // {"phone":{"number":"..."}}
            return around;
        }

        if ((key.Role & KeyRole.Line) != 0)
        {
            var outer = OnTrail is { Container: { IsArray: true, Outer: { } beyond } } ? beyond.Key : OnTrail is null && _levels[_depth].IsArray ? _levels[_depth - 1].Key : around;
            return outer.Names.Contains(Address) ? outer : key;
        }

        if (key.OfPerson is not { } name || !NameDetector.MayBePerson(text[start..end]))
        {
            return key;
        }

        if (OnTrail is { } along)
        {
            return along.Container!.IsPerson ? name : key;
        }

        ref var level = ref _levels[_depth];
        if (level.IsPerson)
        {
            return name;
        }

        (level.Name, level.NameStart, level.NameEnd, level.NameState) = (name, start, end, state);
        return key;
    }

    /// <summary>The key's value is what a thing or a firm is called.</summary>
    private bool IsThing(KeyMeaning key) => (key.Role & KeyRole.Thing) != 0 && !key.NamesAny
        || (key.Role & KeyRole.Name) != 0 && !key.NamesAny && ((OnTrail is { } step ? step.Container!.Key : _levels[_depth].Key).Role & (KeyRole.Thing | KeyRole.Person)) == KeyRole.Thing;

    /// <summary>The meaning of the value of a sibling that labels this one, <c>"system":"phone","value":"..."</c>; null without one, or when that says nothing.</summary>
    private KeyMeaning? LabelOf(ReadOnlySpan<byte> text, int start, int end)
    {
        // Backwards: the value's own key, then members that are strings.
        var at = start;
        if (at > 0 && text[at - 1] == (byte)'"')
        {
            at--;
        }

        if (!Back(text, ref at, (byte)':') || !BackString(text, ref at, out _, out _))
        {
            return null;
        }

        for (var i = 0; i < MostSiblings && Back(text, ref at, (byte)','); i++)
        {
            if (!BackString(text, ref at, out var from, out var to) || !Back(text, ref at, (byte)':') || !BackString(text, ref at, out var keyFrom, out var keyTo))
            {
                break;
            }

            if (Labelled(text, keyFrom, keyTo, from, to) is { } before)
            {
                return before;
            }
        }

        // Forwards likewise.
        at = end < text.Length && text[end] == (byte)'"' ? end + 1 : end;
        for (var i = 0; i < MostSiblings && Forth(text, ref at, (byte)','); i++)
        {
            if (!ForthString(text, ref at, out var keyFrom, out var keyTo) || !Forth(text, ref at, (byte)':') || !ForthString(text, ref at, out var from, out var to))
            {
                break;
            }

            if (Labelled(text, keyFrom, keyTo, from, to) is { } behind)
            {
                return behind;
            }
        }

        return null;
    }

    private KeyMeaning? Labelled(ReadOnlySpan<byte> text, int keyFrom, int keyTo, int from, int to)
    {
        if (to - from is 0 or > LongestLabel || text[from..to].ContainsAnyInRange((byte)'0', (byte)'9') || (_rules.Key(text[keyFrom..keyTo]).Context.Role & KeyRole.Label) == 0)
        {
            return null;
        }

        // "phone", "Date of birth", "http://hl7.org/fhir/sid/us-ssn" would be: the last part says it.
        var label = _rules.Key(text[from..to]);
        return label.NamesAny || label.Context.Phone || label.Context.Card ? label : null;
    }

    /// <summary>Over blanks and the sign before <paramref name="at"/>.</summary>
    private static bool Back(ReadOnlySpan<byte> text, ref int at, byte sign)
    {
        at = LastBefore(text, at);
        if (at < 0 || text[at] != sign)
        {
            return false;
        }

        at = LastBefore(text, at) + 1;
        return at > 0;
    }

    /// <summary>Over the string that ends before <paramref name="at"/>; one with escapes is none.</summary>
    private static bool BackString(ReadOnlySpan<byte> text, ref int at, out int from, out int to)
    {
        (from, to) = (0, at - 1);
        if (to < 1 || text[to] != (byte)'"')
        {
            return false;
        }

        var floor = Math.Max(0, to - 128);
        var open = text[floor..to].LastIndexOf((byte)'"');
        from = floor + open + 1;
        at = from - 1;
        return open >= 0 && (at == 0 || text[at - 1] != (byte)'\\');
    }

    private static bool Forth(ReadOnlySpan<byte> text, ref int at, byte sign)
    {
        at = SkipBlank(text, at);
        if (at >= text.Length || text[at] != sign)
        {
            return false;
        }

        at = SkipBlank(text, at + 1);
        return at < text.Length;
    }

    private static bool ForthString(ReadOnlySpan<byte> text, ref int at, out int from, out int to)
    {
        (from, to) = (at + 1, at + 1);
        if (at >= text.Length || text[at] != (byte)'"')
        {
            return false;
        }

        var length = text[from..Math.Min(text.Length, from + 128)].IndexOf((byte)'"');
        to = from + length;
        at = to + 1;
        return length >= 0 && (length == 0 || text[to - 1] != (byte)'\\');
    }
}
