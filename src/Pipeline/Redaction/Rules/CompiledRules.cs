using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
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

/// <summary>One enabled rule.</summary>
internal sealed record CompiledRule(int Index, RedactionRule Rule, int Entity)
{
    /// <summary>The number of its path in the automaton; -1 without one.</summary>
    public int Path { get; init; } = -1;

    /// <summary>The pattern of its own; null for a detector or a field.</summary>
    public CustomPattern? Pattern { get; init; }

    /// <summary>It takes a field as it is, whatever stands in it.</summary>
    public bool IsField => Entity < 0 && Pattern is null;

    /// <summary>An object or array that it takes is replaced as one piece; other transforms take each value inside.</summary>
    public bool TakesWhole { get; } = Rule.Transform.Kind is TransformKind.Redact or TransformKind.Fixed or TransformKind.Null;

    public byte[] Utf8Id { get; } = Encoding.UTF8.GetBytes(Rule.Id);

    /// <summary>What the transforms write for it when they write a constant.</summary>
    public byte[] Constant { get; init; } = [];
}

/// <summary>Values that rules look at without an anchor in them.</summary>
internal enum Unanchored
{
    None,

    /// <summary>Strings with a digit, among words that may name it.</summary>
    Digits,

    /// <summary>Those too, and strings of several words, among which a person or a street may be named.</summary>
    Words,

    /// <summary>All strings: a pattern of the rules' own may stand in any.</summary>
    Strings,
}

/// <summary>An immutable set of rules for one stream, ready to run.</summary>
internal sealed class CompiledRules
{
    /// <summary>So many keys are remembered, none longer than that.</summary>
    private const int MostKeys = 2048;
    private const int LongestKey = 128;

    private static readonly int Person = EntityCatalogue.Find("PERSON")!.Id;

    private readonly CompiledRule[][] _byEntity;
    private readonly CompiledRule?[] _fieldRules;
    private readonly Lock _adding = new();
    private KeySlot[] _keys = new KeySlot[256];
    private int _keyCount;

    /// <summary>A place of the table of keys. Of a key with at most 16 bytes, head and tail are all of it.</summary>
    private struct KeySlot
    {
        public ulong Head;
        public ulong Tail;
        public int Length;
        public KeyMeaning? Meaning;
    }

    private CompiledRules(string hash, CompiledRule[] rules)
    {
        Hash = hash;
        Rules = rules;
        var paths = rules.Where(r => r.Path >= 0).OrderBy(r => r.Path).Select(r => PathMatcher.Parse(r.Rule.Path!)).ToArray();
        // What is looked for inside a field may stand anywhere in it.
        Paths = new PathMatcher(paths, [.. rules.Where(r => r.Path >= 0).OrderBy(r => r.Path).Select(r => !r.IsField)]);
        ByPath = rules.Where(r => r.Path >= 0).OrderBy(r => r.Path).ToArray();
        _byEntity = new CompiledRule[EntityCatalogue.All.Count][];
        for (var entity = 0; entity < _byEntity.Length; entity++)
        {
            // A rule with a path knows more than one without.
            _byEntity[entity] = [.. rules.Where(r => r.Entity == entity).OrderBy(r => r.Path < 0)];
        }

        Looked = new bool[_byEntity.Length];
        for (var entity = 0; entity < _byEntity.Length; entity++)
        {
            Looked[entity] = _byEntity[entity].Length > 0;
            LooksByWords |= Looked[entity] && ContextDetector.FindsByWords(entity);
        }

        NameStarts = new NameStarts(Looked);
        LooksInProse = ProseDetector.IsWanted(Looked);
        MakesNulls = rules.Any(r => r.Rule.Transform.Kind == TransformKind.Null);
        MakesTokens = rules.Any(r => r.Rule.Transform.Kind == TransformKind.Token);
        AnyFieldRule = rules.Any(r => r.Path >= 0);
        Patterns = [.. rules.Where(r => r.Pattern is not null)];
        PatternsAsWritten = Patterns.Any(r => r.Pattern!.AsWritten);
        Looks = Patterns.Length > 0 ? Unanchored.Strings : LooksInProse ? Unanchored.Words : LooksByWords ? Unanchored.Digits : Unanchored.None;
        Trail = new Trail(this);
        _fieldRules = [.. Enumerable.Range(0, Paths.States).Select(state => Paths.Accepts(state).Select(path => ByPath[path]).FirstOrDefault(r => r.IsField))];
    }

    public string Hash { get; }

    public CompiledRule[] Rules { get; }

    public PathMatcher Paths { get; }

    /// <summary>The rule of each path of the automaton.</summary>
    public CompiledRule[] ByPath { get; }

    /// <summary>By entity: some rule looks for it.</summary>
    public bool[] Looked { get; }

    /// <summary>As <see cref="Looked"/>, of rules without a path: what must not be left anywhere.</summary>
    public bool[] LookedEverywhere => [.. _byEntity.Select(r => r.Any(x => x.Path < 0 && x.Rule.Transform.Kind is TransformKind.Redact or TransformKind.Token or TransformKind.Null or TransformKind.Encrypt))];

    /// <summary>Some rule looks for an entity that words beside it must name.</summary>
    public bool LooksByWords { get; }

    /// <summary>How the words begin that may name such an entity.</summary>
    public NameStarts NameStarts { get; }

    /// <summary>Some rule looks for names or addresses in running text.</summary>
    public bool LooksInProse { get; }

    /// <summary>Which values are looked at although no anchor stands in them.</summary>
    public Unanchored Looks { get; }

    public bool AnyFieldRule { get; }

    /// <summary>Some rule turns values into null.</summary>
    public bool MakesNulls { get; }

    /// <summary>Some rule turns values into tokens.</summary>
    public bool MakesTokens { get; }

    /// <summary>Rules with a pattern of their own.</summary>
    public CompiledRule[] Patterns { get; }

    /// <summary>See <see cref="CustomPattern.AsWritten"/>.</summary>
    public bool PatternsAsWritten { get; }

    /// <summary>Before the first key of a record.</summary>
    public KeyStep FirstKey { get; } = new();

    /// <summary>What the records have in common.</summary>
    public Trail Trail { get; }

    /// <summary>What was found where, by these rules.</summary>
    public PathCounters Counters { get; private init; } = null!;

    /// <summary>The rule that takes a finding of this entity in this state of the path automaton; null for none.</summary>
    public CompiledRule? RuleFor(int entity, int pathState)
    {
        foreach (var rule in _byEntity[entity])
        {
            if (rule.Path < 0 || Paths.Accepts(pathState).Contains(rule.Path))
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>The rule without a detector whose path ends in this state, the first of several; null for none.</summary>
    public CompiledRule? FieldRule(int pathState) => _fieldRules[pathState];

    /// <summary>As <see cref="FieldRule(int)"/> inside of what a rule took: one of its own comes before that, unless all of it is replaced.</summary>
    public CompiledRule? FieldRule(int pathState, CompiledRule? around) => around is { TakesWhole: true } ? around : _fieldRules[pathState] ?? around;

    /// <summary>What the key (unescaped UTF-8) means. Remembers the first two thousand different ones.</summary>
    public KeyMeaning Key(ReadOnlySpan<byte> key)
    {
        var (head, tail) = Ends(key);
        return Find(Volatile.Read(ref _keys), key, head, tail) ?? (Volatile.Read(ref _keyCount) == MostKeys && SaysNothing(key) ? KeyMeaning.None : Add(key, head, tail));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KeyMeaning? Find(KeySlot[] keys, ReadOnlySpan<byte> key, ulong head, ulong tail)
    {
        for (var slot = Place(head, tail, key.Length, keys.Length); ; slot = slot + 1 & (keys.Length - 1))
        {
            ref readonly var known = ref keys[slot];
            if (known.Head == head && known.Tail == tail && known.Length == key.Length && known.Meaning is { } meaning && (key.Length <= 16 || key.SequenceEqual(meaning.Utf8)))
            {
                return meaning;
            }

            if (known.Meaning is null)
            {
                return null;
            }
        }
    }

    /// <summary>As all keys of a map do that are identifiers, more of them than are remembered. Allocates nothing.</summary>
    private bool SaysNothing(ReadOnlySpan<byte> key)
    {
        if (key.Length > LongestKey)
        {
            return false;
        }

        Span<char> chars = stackalloc char[LongestKey];
        var text = chars[..Encoding.UTF8.GetChars(key, chars)];
        return KeyContext.Of(text) == KeyContext.None && Paths.Symbol(text) == PathMatcher.OtherKey;
    }

    private KeyMeaning Add(ReadOnlySpan<byte> key, ulong head, ulong tail)
    {
        var text = Encoding.UTF8.GetString(key);
        var utf8 = key.ToArray();
        lock (_adding)
        {
            if (Find(_keys, key, head, tail) is { } added)
            {
                return added;
            }

            var full = key.Length > LongestKey || _keyCount == MostKeys;
            var context = KeyContext.Of(text);
            int[] names = [.. context.Entities.Where(id => Looked[id] && ContextDetector.DecidesByKey(id))];
            var role = Looked[Person] ? context.Role : context.Role & (KeyRole.Paired | KeyRole.Line);
            KeyMeaning Make(int[] names, KeyMeaning? ofPerson) => new()
            {
                Utf8 = utf8,
                Id = full ? 0 : _keyCount + 1,
                Shown = full || !IsName(text) ? "*" : text,
                Symbol = Paths.Symbol(text),
                Context = context,
                Names = names,
                NamesAny = names.Length > 0,
                OtherNumber = context.OtherNumber,
                Role = role,
                Depends = (role & (KeyRole.Name | KeyRole.Paired | KeyRole.Line)) != 0,
                OfPerson = ofPerson,
            };
            var meaning = Make(names, (context.Role & KeyRole.Name) != 0 && Looked[Person] ? Make([.. names, Person], null) : null);
            if (full)
            {
                return meaning;
            }

            // Readers go on in the old table.
            var size = (_keyCount + 1) * 4 > _keys.Length ? _keys.Length * 2 : _keys.Length;
            var copy = new KeySlot[size];
            foreach (var known in _keys)
            {
                if (known.Meaning is not null)
                {
                    Put(copy, known);
                }
            }

            Put(copy, new KeySlot { Head = head, Tail = tail, Length = key.Length, Meaning = meaning });
            _keyCount++;
            Volatile.Write(ref _keys, copy);
            return meaning;
        }

        static bool IsName(string text) => text.Length is > 0 and <= 48 && text.Count(char.IsAsciiDigit) < 4 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

        static void Put(KeySlot[] table, KeySlot entry)
        {
            var slot = Place(entry.Head, entry.Tail, entry.Length, table.Length);
            while (table[slot].Meaning is not null)
            {
                slot = slot + 1 & (table.Length - 1);
            }

            table[slot] = entry;
        }
    }

    /// <summary>The first and the last eight bytes; of a shorter key, all of it, twice.</summary>
    private static (ulong Head, ulong Tail) Ends(ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        key[..Math.Min(8, key.Length)].CopyTo(bytes);
        var head = MemoryMarshal.Read<ulong>(bytes);
        key[Math.Max(0, key.Length - 8)..].CopyTo(bytes);
        return (head, MemoryMarshal.Read<ulong>(bytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(ulong head, ulong tail, int length, int size) =>
        (int)((head ^ BitOperations.RotateLeft(tail, 29) ^ (ulong)length) * 0x9E3779B97F4A7C15 >> 40) & (size - 1);

    /// <summary>Compiles the enabled rules that apply to <paramref name="stream"/>; null for those of every stream.</summary>
    /// <exception cref="ArgumentException">A rule is wrong; the message names it and its field.</exception>
    public static CompiledRules Compile(IReadOnlyList<RedactionRule> rules, string? stream, string hash, TimeSpan? patternTimeout = null)
    {
        var compiled = new List<CompiledRule>();
        var path = 0;
        foreach (var rule in rules)
        {
            if (!rule.Enabled || rule.Streams is { Count: > 0 } streams && (stream is null || !streams.Contains(stream, StringComparer.Ordinal)))
            {
                continue;
            }

            var entity = rule.Detector is null ? -1 : EntityCatalogue.Find(rule.Detector)!.Id;
            compiled.Add(new CompiledRule(compiled.Count, rule, entity)
            {
                Path = rule.Path is null ? -1 : path++,
                Pattern = rule.Pattern is null ? null : CustomPattern.Build(rule.Pattern, rule.Anchor!, patternTimeout),
                Constant = Encoding.UTF8.GetBytes(rule.Transform.Kind switch
                {
                    TransformKind.Fixed => rule.Transform.Text!,
                    _ => entity < 0 ? "[REDACTED]" : $"[{EntityCatalogue.All[entity].Name}]",
                }),
            });
        }

        return new CompiledRules(hash, [.. compiled]) { Counters = new PathCounters([.. compiled.Select(c => c.Rule.Id)]) };
    }

    /// <summary>Refuses what cannot be compiled, whether enabled or not.</summary>
    /// <exception cref="ArgumentException">A rule is wrong; the message names it and its field.</exception>
    public static void Validate(IReadOnlyList<RedactionRule> rules)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var place = 0; place < rules.Count; place++)
        {
            var rule = rules[place] ?? throw new ArgumentException($"rule {place + 1} of the set is null");
            if (string.IsNullOrEmpty(rule.Id) || rule.Id.Length > 64 || !rule.Id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
            {
                throw Wrong(rule, "id", "must be 1 to 64 lower-case letters, digits, '-', '_' or '.'");
            }

            if (!ids.Add(rule.Id))
            {
                throw Wrong(rule, "id", "stands twice");
            }

            if (rule.Streams?.Any(string.IsNullOrEmpty) == true)
            {
                throw Wrong(rule, "streams", "names a stream without a name");
            }

            if (rule.Detector is null && rule.Path is null && rule.Pattern is null)
            {
                throw Wrong(rule, "detector", "is missing, and so are a path and a pattern; a rule needs one of them");
            }

            if (rule.Pattern is not null)
            {
                if (rule.Detector is not null)
                {
                    throw Wrong(rule, "pattern", "stands beside a detector; a rule has one of them");
                }

                if (CustomPattern.Refusal(rule.Pattern, rule.Anchor) is { } refusal)
                {
                    throw Wrong(rule, refusal.Field, refusal.Why);
                }
            }

            if (rule.Detector is not null && EntityCatalogue.Find(rule.Detector) is null)
            {
                throw Wrong(rule, "detector", $"'{rule.Detector}' is not known");
            }

            if (rule.Path is not null)
            {
                try
                {
                    PathMatcher.Parse(rule.Path);
                }
                catch (FormatException e)
                {
                    throw Wrong(rule, "path", e.Message);
                }
            }

            var transform = rule.Transform ?? throw Wrong(rule, "transform", "is missing");
            if (!Enum.IsDefined(transform.Kind))
            {
                throw Wrong(rule, "transform.kind", $"'{transform.Kind}' is not known");
            }

            if (transform.Kind == TransformKind.Mask && (transform.KeepFirst is < 0 or > 16 || transform.KeepLast is < 0 or > 16))
            {
                throw Wrong(rule, transform.KeepFirst is < 0 or > 16 ? "transform.keepFirst" : "transform.keepLast", "must be 0 to 16");
            }

            if (transform.Kind == TransformKind.Fixed && (transform.Text is null || transform.Text.Length > 256))
            {
                throw Wrong(rule, "transform.text", "must be given, with at most 256 characters");
            }
        }
    }

    /// <summary>First 16 hex digits of SHA-256 over the canonical JSON of the rules.</summary>
    public static string HashOf(IReadOnlyList<RedactionRule> rules) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(rules.ToArray(), RuleJson.Default.RedactionRuleArray)))[..16];

    private static ArgumentException Wrong(RedactionRule rule, string field, string what) => new($"rule '{rule.Id}': {field} {what}");
}

/// <summary>Rules as JSON, camel case, enums by name.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RedactionRule[]))]
internal sealed partial class RuleJson : JsonSerializerContext;
