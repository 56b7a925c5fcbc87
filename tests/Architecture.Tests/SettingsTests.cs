using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Weir.Architecture.Tests;

/// <summary>docs/configuration.md against the classes that settings are bound to: those with a constant <c>Section</c>.</summary>
public sealed class SettingsTests
{
    private static readonly string[] Rows = [.. File.ReadAllLines(Path.Combine(Here(), "..", "..", "docs", "configuration.md")).Where(l => l.StartsWith("| `", StringComparison.Ordinal))];

    public static TheoryData<string, string?> Settings
    {
        get
        {
            var all = new TheoryData<string, string?>();
            foreach (var type in new[] { "Weir.Aws", "Weir.LocalKinesis", "Weir.Pipeline", "Weir.ControlPlane" }.SelectMany(a => Assembly.Load(a).GetTypes()))
            {
                if (type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true } section)
                {
                    foreach (var (key, value) in Of((string)section.GetRawConstantValue()!, Activator.CreateInstance(type)!))
                    {
                        all.Add(key, value);
                    }
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_stands_in_the_page_with_its_default(string key, string? value)
    {
        var row = Assert.Single(Rows, r => r.Split('|')[1].Contains($"`{key}`", StringComparison.Ordinal));
        if (value is { Length: > 0 })
        {
            Assert.Contains($"`{value}`", row.Split('|')[2], StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>The settings of one object and those within it; lists have keys of their own and stand in the page by name.</summary>
    private static IEnumerable<(string Key, string? Value)> Of(string section, object options)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var value = property.GetValue(options);
            if (value is IEnumerable and not string)
            {
                continue;
            }

            var key = $"{section}:{property.Name}";
            if (value is not null and not string && value.GetType() is { IsPrimitive: false, IsEnum: false } && value.GetType().Namespace?.StartsWith("Weir.", StringComparison.Ordinal) == true)
            {
                foreach (var inner in Of(key, value))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return (key, Convert.ToString(value, CultureInfo.InvariantCulture));
            }
        }
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
