using System.Numerics;
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
}

/// <summary>One enabled rule.</summary>
internal sealed record CompiledRule(int Index, RedactionRule Rule, int Entity)
{
    /// <summary>The number of its path in the automaton; -1 without one.</summary>
    public int Path { get; init; } = -1;

    /// <summary>The pattern of its own; null for a detector or a field.</summary>
    public CustomPattern? Pattern { get; init; }

    public byte[] Utf8Id { get; } = Encoding.UTF8.GetBytes(Rule.Id);

    /// <summary>What the transforms write for it when they write a constant.</summary>
    public byte[] Constant { get; init; } = [];
}

/// <summary>An immutable set of rules for one stream, ready to run.</summary>
internal sealed class CompiledRules
{
    private const int MostKeys = 2048;

    private readonly CompiledRule[][] _byEntity;
    private readonly Lock _adding = new();
    private KeyMeaning?[] _keys = new KeyMeaning?[512];
    private int _keyCount;

    private CompiledRules(string hash, CompiledRule[] rules)
    {
        Hash = hash;
        Rules = rules;
        var paths = rules.Where(r => r.Path >= 0).OrderBy(r => r.Path).Select(r => PathMatcher.Parse(r.Rule.Path!)).ToArray();
        Paths = new PathMatcher(paths);
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
            LooksByWords |= Looked[entity] && EntityCatalogue.All[entity].Format is not null;
        }

        AnyFieldRule = rules.Any(r => r.Path >= 0);
        Patterns = [.. rules.Where(r => r.Pattern is not null)];
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

    public bool AnyFieldRule { get; }

    /// <summary>Rules with a pattern of their own.</summary>
    public CompiledRule[] Patterns { get; }

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

    /// <summary>The rule without a detector whose path ends in this state; null for none.</summary>
    public CompiledRule? FieldRule(int pathState)
    {
        foreach (var path in Paths.Accepts(pathState))
        {
            if (ByPath[path].Entity < 0 && ByPath[path].Pattern is null)
            {
                return ByPath[path];
            }
        }

        return null;
    }

    /// <summary>What the key (unescaped UTF-8) means. Remembers the first two thousand different ones.</summary>
    public KeyMeaning Key(ReadOnlySpan<byte> key)
    {
        var keys = Volatile.Read(ref _keys);
        for (var slot = Hash32(key) & (uint)(keys.Length - 1); keys[slot] is { } known; slot = slot + 1 & (uint)(keys.Length - 1))
        {
            if (key.SequenceEqual(known.Utf8))
            {
                return known;
            }
        }

        return Add(key);
    }

    private KeyMeaning Add(ReadOnlySpan<byte> key)
    {
        var text = Encoding.UTF8.GetString(key);
        lock (_adding)
        {
            var full = key.Length > 128 || _keyCount == MostKeys;
            var meaning = new KeyMeaning
            {
                Utf8 = key.ToArray(),
                Id = full ? 0 : _keyCount + 1,
                Shown = full || !IsName(text) ? "*" : text,
                Symbol = Paths.Symbol(text),
                Context = KeyContext.Of(text),
            };
            if (full)
            {
                return meaning;
            }

            var size = (_keyCount + 1) * 4 > _keys.Length ? _keys.Length * 2 : _keys.Length;
            var copy = new KeyMeaning?[size];
            foreach (var known in _keys)
            {
                if (known is not null)
                {
                    Put(copy, known);
                }
            }

            Put(copy, meaning);
            _keyCount++;
            Volatile.Write(ref _keys, copy);
            return meaning;
        }

        static bool IsName(string text) => text.Length is > 0 and <= 48 && text.Count(char.IsAsciiDigit) < 4 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

        static void Put(KeyMeaning?[] table, KeyMeaning entry)
        {
            var slot = Hash32(entry.Utf8) & (uint)(table.Length - 1);
            while (table[slot] is not null)
            {
                slot = slot + 1 & (uint)(table.Length - 1);
            }

            table[slot] = entry;
        }
    }

    private static uint Hash32(ReadOnlySpan<byte> key)
    {
        ulong h = (ulong)key.Length * 0x9E3779B97F4A7C15;
        while (key.Length >= 8)
        {
            h = BitOperations.RotateLeft(h ^ MemoryMarshal.Read<ulong>(key), 29) * 0xBF58476D1CE4E5B9;
            key = key[8..];
        }

        ulong rest = 0;
        foreach (var b in key)
        {
            rest = rest << 8 | b;
        }

        h = (h ^ rest) * 0x94D049BB133111EB;
        return (uint)(h >> 32);
    }

    /// <summary>Compiles the enabled rules that apply to <paramref name="stream"/>; null for those of every stream.</summary>
    /// <exception cref="ArgumentException">A rule is wrong; the message names it and its field.</exception>
    public static CompiledRules Compile(IReadOnlyList<RedactionRule> rules, string? stream, string hash)
    {
        var compiled = new List<CompiledRule>();
        var path = 0;
        foreach (var rule in rules)
        {
            if (!rule.Enabled || rule.Streams is { } streams && (stream is null || !streams.Contains(stream, StringComparer.Ordinal)))
            {
                continue;
            }

            var entity = rule.Detector is null ? -1 : EntityCatalogue.Find(rule.Detector)!.Id;
            compiled.Add(new CompiledRule(compiled.Count, rule, entity)
            {
                Path = rule.Path is null ? -1 : path++,
                Pattern = rule.Pattern is null ? null : CustomPattern.Build(rule.Pattern, rule.Anchor!),
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
        foreach (var rule in rules)
        {
            if (string.IsNullOrEmpty(rule.Id) || rule.Id.Length > 64 || !rule.Id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
            {
                throw Wrong(rule, "id", "must be 1 to 64 lower-case letters, digits, '-', '_' or '.'");
            }

            if (!ids.Add(rule.Id))
            {
                throw Wrong(rule, "id", "stands twice");
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
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(RedactionRule[]))]
internal sealed partial class RuleJson : JsonSerializerContext;
