using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary>The options of appendfile and pipe that say what stands around a message and how its lines end.</summary>
internal sealed class FrameOptions
{
    private readonly ExpandableString? _prefix;
    private readonly ExpandableString? _suffix;
    private readonly string _check;
    private readonly string _escape;
    private readonly bool _crlf;
    private readonly bool _bsmtp;

    public FrameOptions(DriverOptions options, string defaultCheck, string defaultEscape)
    {
        _prefix = options.GetExpandable("message_prefix");
        _suffix = options.GetExpandable("message_suffix");
        _check = options.GetString("check_string", defaultCheck);
        _escape = options.GetString("escape_string", defaultEscape);
        _crlf = options.GetBool("use_crlf");
        _bsmtp = options.GetBool("use_bsmtp");
    }

    /// <summary>Nothing around the message.</summary>
    public static MessageFrame None { get; } = new("", "", "", "", UseCrlf: false, Bsmtp: false);

    /// <param name="bare">Without a setting there is nothing before and behind the message.</param>
    public async ValueTask<MessageFrame> ExpandAsync(OptionExpansion expansion, bool bare = false)
    {
        bare |= _bsmtp;
        return new MessageFrame(
            await expansion.TextAsync("message_prefix", _prefix) ?? (bare ? "" : null),
            await expansion.TextAsync("message_suffix", _suffix) ?? (bare ? "" : "\n"),
            _check,
            _escape,
            _crlf,
            _bsmtp);
    }
}
