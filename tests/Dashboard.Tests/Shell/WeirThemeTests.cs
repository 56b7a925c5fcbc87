using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Tests.Shell;

/// <summary>Contrast as <see href="https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio">WCAG 2.2</see> computes it: 4.5 for text, 3 for what is drawn.</summary>
public sealed class WeirThemeTests
{
    public static TheoryData<string, string, double> Pairs()
    {
        var data = new TheoryData<string, string, double>();
        foreach (var theme in new[] { "light", "dark" })
        {
            foreach (var (ink, ground) in new[]
            {
                ("ink", "surface"), ("ink", "ground"), ("ink", "sunken"), ("ink-soft", "surface"), ("ink-soft", "ground"), ("ink-soft", "sunken"), ("ink-faint", "surface"), ("ink-faint", "sunken"),
                ("water", "surface"), ("on-water", "water"), ("water-deep", "water-pale"), ("good", "surface"), ("good", "good-pale"), ("warn", "surface"), ("warn", "warn-pale"),
                ("bad", "surface"), ("bad", "bad-pale"), ("surface", "bad"),
            })
            {
                data.Add(theme, $"{ink} on {ground}", 4.5);
            }

            foreach (var line in new[] { "line-strong", "series-1", "series-2", "series-3", "series-4", "series-5", "series-6" })
            {
                data.Add(theme, $"{line} on surface", 3);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Colours_can_be_told_apart(string theme, string pair, double least)
    {
        var tones = (theme == "light" ? WeirTheme.Light : WeirTheme.Dark).Named().ToDictionary(t => t.Name, t => t.Value);
        var (ink, ground) = (tones[pair.Split(" on ")[0]], tones[pair.Split(" on ")[1]]);

        Assert.True(Contrast(ink, ground) >= least, $"{theme}: {pair} is {Contrast(ink, ground):0.00}, not {least}");
    }

    [Fact]
    public void Both_themes_write_the_same_properties()
    {
        var (light, dark) = (WeirTheme.Light.Named().Select(t => t.Name), WeirTheme.Dark.Named().Select(t => t.Name));

        Assert.Equal(light, dark);
        Assert.Equal(2, WeirTheme.Css.Split("--mud-palette-primary:").Length - 1);
    }

    private static double Contrast(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static double Luminance(string hex)
    {
        var parts = Convert.FromHexString(hex.AsSpan(1)).Select(c => c / 255.0).Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }
}
