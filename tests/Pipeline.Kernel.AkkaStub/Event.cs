// What of Akka.NET 1.5 the actors of this project may use: signatures only, null-oblivious as they are there. No body ever runs.
#nullable disable
namespace Akka.Event;

public interface IDeadLetterSuppression;

public abstract class AllDeadLetters
{
    private protected AllDeadLetters() => throw null;
    public object Message => throw null;
    public Actor.IActorRef Sender => throw null;
    public Actor.IActorRef Recipient => throw null;
}

public sealed class DeadLetter : AllDeadLetters
{
    public DeadLetter(object message, Actor.IActorRef sender, Actor.IActorRef recipient) => throw null;
}

public sealed class SuppressedDeadLetter : AllDeadLetters
{
    private SuppressedDeadLetter() => throw null;
}

public sealed class Dropped : AllDeadLetters
{
    public Dropped(object message, string reason, Actor.IActorRef sender, Actor.IActorRef recipient) => throw null;
    public string Reason => throw null;
}

public sealed class UnhandledMessage
{
    private UnhandledMessage() => throw null;
    public object Message => throw null;
    public Actor.IActorRef Sender => throw null;
    public Actor.IActorRef Recipient => throw null;
}

public class EventStream
{
    private protected EventStream() => throw null;
    public bool Subscribe(Actor.IActorRef subscriber, Type channel) => throw null;
    public bool Unsubscribe(Actor.IActorRef subscriber, Type channel) => throw null;
    public bool Unsubscribe(Actor.IActorRef subscriber) => throw null;
    public void Publish(object @event) => throw null;
}

public static class EventStreamExtensions
{
    public static bool Subscribe<TChannel>(this EventStream eventStream, Actor.IActorRef subscriber) => throw null;
    public static bool Unsubscribe<TChannel>(this EventStream eventStream, Actor.IActorRef subscriber) => throw null;
}

public interface ILoggingAdapter
{
    bool IsDebugEnabled { get; }
    bool IsInfoEnabled { get; }
    bool IsWarningEnabled { get; }
    bool IsErrorEnabled { get; }
}

public static class LoggingExtensions
{
    public static void Debug(this ILoggingAdapter log, string format, params object[] args) => throw null;
    public static void Info(this ILoggingAdapter log, string format, params object[] args) => throw null;
    public static void Warning(this ILoggingAdapter log, string format, params object[] args) => throw null;
    public static void Warning(this ILoggingAdapter log, Exception cause, string format, params object[] args) => throw null;
    public static void Error(this ILoggingAdapter log, string format, params object[] args) => throw null;
    public static void Error(this ILoggingAdapter log, Exception cause, string format, params object[] args) => throw null;
}

public static class Logging
{
    public static ILoggingAdapter GetLogger(this Actor.IActorContext context) => throw null;
}
