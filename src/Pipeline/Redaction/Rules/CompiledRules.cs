using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Redaction.Rules;

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
internal sealed partial class CompiledRules
{
    private readonly CompiledRule[][] _byEntity;
    private readonly CompiledRule?[] _fieldRules;

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

    /// <summary>First 16 hex digits of SHA-256 over the canonical JSON of the rules.</summary>
    public static string HashOf(IReadOnlyList<RedactionRule> rules) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(rules.ToArray(), RuleJson.Default.RedactionRuleArray)))[..16];
}

/// <summary>Rules as JSON, camel case, enums by name.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RedactionRule[]))]
internal sealed partial class RuleJson : JsonSerializerContext;
