using System.Text;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Rules;

/// <summary>
/// What the records of a stream have in common: they carry the same keys in the same order, so that all between two values can be foreseen and compared in one piece.
/// Learned from records that were read the long way and found to be right; the threads share it. It says nothing that the bytes of a record do not say themselves.
/// </summary>
internal sealed class Trail
{
    /// <summary>Deeper records are read the long way.</summary>
    public const int Deepest = 24;

    private const int MostSteps = 4096;
    private const int MostRecords = 4096;

    private readonly CompiledRules _rules;
    private readonly Lock _learning = new();
    private readonly Dictionary<(TrailContainer? Outer, int Key, bool IsArray, bool IsPerson, bool IsNamed), TrailContainer> _containers = [];
    private readonly Dictionary<(TrailContainer? Container, int Key, bool IsString, string Spelled), TrailStep> _steps = [];
    private int _records;

    public Trail(CompiledRules rules) => _rules = rules;

    /// <summary>Before the first value of a record.</summary>
    public TrailStep First { get; } = new();

    /// <summary>More can be learned.</summary>
    public bool Learns => _records < MostRecords && !_rules.Paths.NamesIndexes;

    /// <summary>Learns from a record that was read and is valid JSON. What cannot be foreseen ends the lesson: keys that hold a candidate or are too many, blanks behind a value, containers that a rule takes, and keys that tell of a name before them that it is a person's.</summary>
    public void Learn(ReadOnlySpan<byte> text, BlockMasks masks)
    {
        lock (_learning)
        {
            if (Learns)
            {
                _records++;
                Read(text, masks);
            }
        }
    }

    /// <summary>Learns that a string behind a step needs no look, as its masks and the first letters of its words have told.</summary>
    public void Learn(TrailStep step, ReadOnlySpan<byte> harmless)
    {
        lock (_learning)
        {
            step.Learn(harmless);
        }
    }

    private void Read(ReadOnlySpan<byte> text, BlockMasks masks)
    {
        var step = First;
        TrailContainer? container = null;
        var key = KeyMeaning.None;
        int behind = 0, strings = 0, interest = 0;
        var named = false;
        for (var at = 0; at < text.Length;)
        {
            var b = text[at];
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                at++;
                continue;
            }

            if (b is (byte)'{' or (byte)'[')
            {
                if (Inside(container, key, b == (byte)'[') is not { } inner)
                {
                    return;
                }

                container = inner;
                named = false;
                at++;
                continue;
            }

            if (b is (byte)'}' or (byte)']' or (byte)',')
            {
                container = b == (byte)',' ? container : container!.Outer;
                named = false;
                at++;
                continue;
            }

            if (container is null)
            {
                return;
            }

            if (b == (byte)'"' && !container.IsArray && !named)
            {
                var close = Close(text, at);
                key = _rules.Key(text[(at + 1)..close]);
                if (Behind(container, key) is not { } behindKey)
                {
                    return;
                }

                container = behindKey;
                strings++;
                named = true;
                for (at = close + 1; text[at] != (byte)':'; at++)
                {
                }

                at++;
                continue;
            }

            var isString = b == (byte)'"';
            var value = isString ? at + 1 : at;
            var meaning = container.IsArray ? container.Key : key;
            if (IsLookedAt(masks, ref interest, behind, value) || Add(step, text[behind..value], container, meaning, isString, strings + (isString ? 1 : 0)) is not { } added)
            {
                return;
            }

            step = added;
            var end = isString ? Close(text, at) + 1 : at;
            while (!isString && end < text.Length && text[end] is not ((byte)',' or (byte)'}' or (byte)']') && text[end] > (byte)' ')
            {
                end++;
            }

            if (end == text.Length || text[end] is not ((byte)',' or (byte)'}' or (byte)']'))
            {
                return;
            }

            behind = isString ? end - 1 : end;
            at = end;
            strings = 0;
        }

        // Keys of empty containers stand in the end too.
        if (!IsLookedAt(masks, ref interest, behind, text.Length))
        {
            Add(step, text[behind..], null, KeyMeaning.None, false, strings);
        }
    }

    /// <summary>Whether a candidate, or a sign that needs decoding, stands between two places.</summary>
    private static bool IsLookedAt(BlockMasks masks, ref int interest, int from, int to)
    {
        while (masks.Interests[interest] < from)
        {
            interest++;
        }

        return masks.Interests[interest] < to;
    }

    private TrailContainer? Inside(TrailContainer? outer, KeyMeaning key, bool isArray)
    {
        var state = outer is null ? _rules.Paths.Start : StateIn(outer, key);
        var meaning = outer is null ? KeyMeaning.None : outer.IsArray ? outer.Key : key;
        if (outer is { Depth: Deepest } || outer is not null && (meaning.Id == 0 && !outer.IsArray || _rules.FieldRule(state) is not null))
        {
            return null;
        }

        return Container(outer, isArray, state, meaning, (meaning.Role & KeyRole.Person) != 0 || isArray && outer is { IsPerson: true }, isNamed: false);
    }

    /// <summary>What a container is behind one of its keys; null when the lesson ends there.</summary>
    private TrailContainer? Behind(TrailContainer container, KeyMeaning key)
    {
        if (container.IsPerson)
        {
            return container;
        }

        if ((key.Role & KeyRole.Contact) != 0)
        {
            return container.IsNamed ? null : Container(container.Outer, container.IsArray, container.State, container.Key, isPerson: true, isNamed: false);
        }

        return key.OfPerson is null || container.IsNamed ? container : Container(container.Outer, container.IsArray, container.State, container.Key, isPerson: false, isNamed: true);
    }

    private TrailContainer? Container(TrailContainer? outer, bool isArray, int state, KeyMeaning key, bool isPerson, bool isNamed)
    {
        var id = (outer, key.Id, isArray, isPerson, isNamed);
        if (!_containers.TryGetValue(id, out var container) && _containers.Count < MostSteps)
        {
            container = new TrailContainer(outer, isArray, state, key, isPerson, isNamed);
            _containers.Add(id, container);
        }

        return container;
    }

    /// <summary>The state of the path automaton for what stands in a container, in an object under a key.</summary>
    private int StateIn(TrailContainer container, KeyMeaning key)
    {
        if (container.State == PathMatcher.Dead || container.IsArray && !_rules.AnyFieldRule)
        {
            return PathMatcher.Dead;
        }

        return _rules.Paths.Next(container.State, container.IsArray ? PathMatcher.Element : key.Symbol);
    }

    private TrailStep? Add(TrailStep before, ReadOnlySpan<byte> spelled, TrailContainer? container, KeyMeaning key, bool isString, int strings)
    {
        // A key without a number is not remembered: there are too many.
        if (spelled.Length > TrailStep.Longest || container is { IsArray: false } && key.Id == 0)
        {
            return null;
        }

        var id = (container, key.Id, isString, Encoding.UTF8.GetString(spelled));
        if (!_steps.TryGetValue(id, out var step))
        {
            if (_steps.Count == MostSteps)
            {
                return null;
            }

            var state = container is null ? PathMatcher.Dead : StateIn(container, key);
            var field = container is null ? null : _rules.FieldRule(state);
            var called = field is not null || key.NamesAny || (key.Role & (KeyRole.Paired | KeyRole.Line)) != 0 || _rules.Looks == Unanchored.Strings || container is { IsPerson: true } && key.OfPerson is not null;
            step = new TrailStep(spelled.ToArray(), container, key)
            {
                Strings = strings,
                IsString = isString,
                State = state,
                Field = field,
                Wholes = container is null || called || !isString ? WholeKinds.None : WholesOf(key, state),
                Kind = container is null ? TrailValue.None : called ? TrailValue.Looked : isString ? TrailValue.String : TrailValue.Scalar,
            };
            _steps.Add(id, step);
        }

        before.Learn(step);
        return step;
    }

    private WholeKinds WholesOf(KeyMeaning key, int state)
    {
        if (key.NamesAny || key.Depends || _rules.Patterns.Length > 0)
        {
            return WholeKinds.None;
        }

        var (card, phone) = (Taken(EntityId.Card) && !key.OtherNumber, Taken(EntityId.Phone));
        return (Taken(EntityId.Email) ? WholeKinds.Email : 0) | (card ? WholeKinds.Card : 0) | (card && key.Context.Card ? WholeKinds.NamedCard : 0)
            | (phone ? WholeKinds.Phone : 0) | (phone && !key.OtherNumber ? WholeKinds.NationalPhone : 0);

        bool Taken(int entity) => _rules.RuleFor(entity, state) is not null;
    }

    /// <summary>The closing quote of the string that begins at <paramref name="open"/>.</summary>
    private static int Close(ReadOnlySpan<byte> text, int open)
    {
        var at = open + 1;
        while (text[at] != (byte)'"')
        {
            at += text[at] == (byte)'\\' ? 2 : 1;
        }

        return at;
    }
}
