namespace Pipeline.Policy.Configuration;

/// <summary>Something that a configuration asks for and that is not done here, or makes no difference here. The configuration can be used.</summary>
/// <param name="Subject">What it is, with its name: <c>main option "delay_warning"</c>.</param>
/// <param name="Location">Null when no line is to blame.</param>
public sealed record ConfigurationNotice(string Subject, Support Support, SourceLocation? Location)
{
    public override string ToString() =>
        $"{(Location is null ? "" : $"{Location}: ")}{Subject} {Support.Phrase}{(Support.Advice.Length == 0 ? "" : $": {Support.Advice}")}";
}
