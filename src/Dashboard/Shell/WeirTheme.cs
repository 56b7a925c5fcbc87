using System.Globalization;
using System.Text;
using MudBlazor;

namespace Weir.Dashboard.Shell;

/// <summary>
/// The look of Weir, all of it that is a choice: colours, type, spacing. A measuring station at a river: slate ink on wet stone, water for what flows,
/// brass for what needs a look, vermilion for what is over the crest. Style sheets and charts read the custom properties written here (<c>--w-*</c>);
/// MudBlazor's own properties are set from the same values, so that switching the theme is one attribute on the root element and needs no round trip.
/// </summary>
public static class WeirTheme
{
    private const string TextFont = "Archivo, system-ui, 'Segoe UI', sans-serif";
    private const string CodeFont = "'IBM Plex Mono', ui-monospace, 'Cascadia Mono', monospace";

    /// <summary>Contrast against <see cref="Tones.Surface"/> is at least 4.5 for text and 3 for lines that mean something; a test measures it.</summary>
    internal static readonly Tones Light = new()
    {
        Ground = "#eef2f1",
        Surface = "#ffffff",
        Raised = "#ffffff",
        Sunken = "#f4f7f6",
        Line = "#d5dfdd",
        LineStrong = "#7d9294",
        Ink = "#0d2a33",
        InkSoft = "#48626a",
        InkFaint = "#586f76",
        Water = "#0a7386",
        WaterDeep = "#075566",
        WaterPale = "#d5ecee",
        OnWater = "#ffffff",
        Good = "#1a7146",
        GoodPale = "#dcf1e5",
        Warn = "#955b00",
        WarnPale = "#fbeccb",
        Bad = "#bd331a",
        BadPale = "#fbe2db",
        Series = ["#0a7386", "#955b00", "#6a4fa3", "#bd331a", "#1a7146", "#7d9294"],
        Ramp = ["#dfeaea", "#a9d5d9", "#62b2bd", "#1f8b9b", "#07566a"],
        Shadow = "0 1px 2px rgba(13,42,51,.06), 0 6px 18px -10px rgba(13,42,51,.18)",
    };

    internal static readonly Tones Dark = new()
    {
        Ground = "#0a161b",
        Surface = "#11222a",
        Raised = "#182e37",
        Sunken = "#0d1c23",
        Line = "#24404a",
        LineStrong = "#5d7f8a",
        Ink = "#e4f0f1",
        InkSoft = "#a5bfc5",
        InkFaint = "#8aa6ad",
        Water = "#4fc4d2",
        WaterDeep = "#8fdfe8",
        WaterPale = "#123a44",
        OnWater = "#04191f",
        Good = "#69cf98",
        GoodPale = "#12372a",
        Warn = "#eab04c",
        WarnPale = "#3b2e12",
        Bad = "#ff8566",
        BadPale = "#45211a",
        Series = ["#4fc4d2", "#eab04c", "#b49cf0", "#ff8566", "#69cf98", "#7f9ba3"],
        Ramp = ["#1b333c", "#1d5563", "#24808f", "#3fb1c0", "#9be6ee"],
        Shadow = "0 1px 2px rgba(0,0,0,.4), 0 8px 22px -12px rgba(0,0,0,.6)",
    };

    /// <summary>Steps of the type scale in rem: a fourth apart, the two largest for figures.</summary>
    private static readonly (string Name, string Size)[] Type =
    [
        ("xs", ".75rem"), ("s", ".8125rem"), ("m", ".9375rem"), ("l", "1.125rem"), ("xl", "1.5rem"), ("figure", "1.875rem"), ("figure-l", "2.75rem"),
    ];

    private static readonly int[] Spaces = [4, 8, 12, 16, 24, 32, 48];

    /// <summary>For components that ask MudBlazor for its theme.</summary>
    public static MudTheme Mud { get; } = new()
    {
        PaletteLight = Palette(new PaletteLight(), Light),
        PaletteDark = Palette(new PaletteDark(), Dark),
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = ["Archivo", "system-ui", "sans-serif"], FontSize = ".9375rem", LineHeight = "1.5", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontSize = ".875rem", FontWeight = "600", TextTransform = "none", LetterSpacing = "normal" },
            H6 = new H6Typography { FontSize = "1.125rem", FontWeight = "650", LetterSpacing = "-.005em" },
            Body1 = new Body1Typography { FontSize = ".9375rem", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontSize = ".8125rem", LetterSpacing = "normal" },
            Caption = new CaptionTypography { FontSize = ".75rem", LetterSpacing = "normal" },
        },
    };

    /// <summary>The custom properties of both themes.</summary>
    public static string Css { get; } = BuildCss();

    private static string BuildCss()
    {
        var css = new StringBuilder();
        css.Append("html:root{").Append("--w-font:").Append(TextFont).Append(";--w-mono:").Append(CodeFont).Append(';');
        foreach (var (name, size) in Type)
        {
            css.Append("--w-text-").Append(name).Append(':').Append(size).Append(';');
        }

        for (var i = 0; i < Spaces.Length; i++)
        {
            css.Append(CultureInfo.InvariantCulture, $"--w-space-{i + 1}:{Spaces[i]}px;");
        }

        css.Append("--w-radius:10px;--w-radius-s:6px;");
        Write(css, Light);
        css.Append("color-scheme:light}html[data-theme=dark]:root{");
        Write(css, Dark);
        return css.Append("color-scheme:dark}").ToString();
    }

    private static void Write(StringBuilder css, Tones t)
    {
        foreach (var (name, value) in t.Named())
        {
            css.Append("--w-").Append(name).Append(':').Append(value).Append(';');
        }

        void Mud(string name, string color, string? on = null)
        {
            css.Append("--mud-palette-").Append(name).Append(':').Append(color).Append(";--mud-palette-").Append(name).Append("-rgb:").Append(Rgb(color)).Append(';');
            if (on is not null)
            {
                css.Append("--mud-palette-").Append(name).Append("-text:").Append(on).Append(";--mud-palette-").Append(name).Append("-darken:").Append(t.WaterDeep)
                    .Append(";--mud-palette-").Append(name).Append("-lighten:").Append(color).Append(";--mud-palette-").Append(name).Append("-hover:rgba(").Append(Rgb(color)).Append(",.1);");
            }
        }

        Mud("primary", t.Water, t.OnWater);
        Mud("secondary", t.InkSoft, t.Surface);
        Mud("tertiary", t.WaterDeep, t.OnWater);
        Mud("info", t.Water, t.OnWater);
        Mud("success", t.Good, t.Surface);
        Mud("warning", t.Warn, t.Surface);
        Mud("error", t.Bad, t.Surface);
        Mud("dark", t.Ink, t.Surface);
        Mud("text-primary", t.Ink);
        Mud("text-secondary", t.InkSoft);
        Mud("text-disabled", t.InkFaint);
        Mud("action-default", t.InkSoft);
        Mud("action-disabled", t.InkFaint);
        Mud("action-disabled-background", t.Line);
        Mud("background", t.Ground);
        Mud("background-gray", t.Sunken);
        Mud("surface", t.Raised);
        Mud("drawer-background", t.Surface);
        Mud("drawer-text", t.Ink);
        Mud("drawer-icon", t.InkSoft);
        Mud("appbar-background", t.Surface);
        Mud("appbar-text", t.Ink);
        Mud("lines-default", t.Line);
        Mud("lines-inputs", t.LineStrong);
        Mud("table-lines", t.Line);
        Mud("divider", t.Line);
        Mud("skeleton", t.Line);
    }

    private static T Palette<T>(T palette, Tones t)
        where T : Palette
    {
        palette.Primary = t.Water;
        palette.PrimaryContrastText = t.OnWater;
        palette.Background = t.Ground;
        palette.Surface = t.Raised;
        palette.TextPrimary = t.Ink;
        palette.TextSecondary = t.InkSoft;
        palette.Success = t.Good;
        palette.Warning = t.Warn;
        palette.Error = t.Bad;
        palette.Info = t.Water;
        palette.LinesDefault = t.Line;
        palette.LinesInputs = t.LineStrong;
        palette.Divider = t.Line;
        return palette;
    }

    private static string Rgb(string hex)
    {
        var rgb = Convert.FromHexString(hex.AsSpan(1));
        return $"{rgb[0]},{rgb[1]},{rgb[2]}";
    }

    /// <summary>The colours of one theme, named for what they mean.</summary>
    internal sealed record Tones
    {
        public required string Ground { get; init; }
        public required string Surface { get; init; }
        public required string Raised { get; init; }
        public required string Sunken { get; init; }
        public required string Line { get; init; }
        public required string LineStrong { get; init; }
        public required string Ink { get; init; }
        public required string InkSoft { get; init; }
        public required string InkFaint { get; init; }
        public required string Water { get; init; }
        public required string WaterDeep { get; init; }
        public required string WaterPale { get; init; }
        public required string OnWater { get; init; }
        public required string Good { get; init; }
        public required string GoodPale { get; init; }
        public required string Warn { get; init; }
        public required string WarnPale { get; init; }
        public required string Bad { get; init; }
        public required string BadPale { get; init; }

        /// <summary>Lines of a chart, in the order in which they are taken.</summary>
        public required string[] Series { get; init; }

        /// <summary>From an idle shard to a full one.</summary>
        public required string[] Ramp { get; init; }
        public required string Shadow { get; init; }

        public IEnumerable<(string Name, string Value)> Named() =>
        [
            ("ground", Ground), ("surface", Surface), ("raised", Raised), ("sunken", Sunken), ("line", Line), ("line-strong", LineStrong),
            ("ink", Ink), ("ink-soft", InkSoft), ("ink-faint", InkFaint), ("water", Water), ("water-deep", WaterDeep), ("water-pale", WaterPale), ("on-water", OnWater),
            ("good", Good), ("good-pale", GoodPale), ("warn", Warn), ("warn-pale", WarnPale), ("bad", Bad), ("bad-pale", BadPale), ("shadow", Shadow),
            .. Series.Select((c, i) => ($"series-{i + 1}", c)), .. Ramp.Select((c, i) => ($"ramp-{i + 1}", c)),
        ];
    }
}
