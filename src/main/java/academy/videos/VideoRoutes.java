package academy.videos;

import academy.courses.CourseExtensions;
import academy.courses.Lessons;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/** Shows a lesson's video, and its progress until it plays. */
record VideoRoutes(
        Videos videos, Lessons lessons, CourseExtensions access, VideoLinks links, UploadProgress uploadProgress) {

    /**
     * The progress of a lesson's video.
     *
     * @param upload how much of an upload web has received; null when none is under way
     * @param video the lesson's video; null when there is none yet
     */
    @JsonTypeName("VideoState")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record State(UploadProgress.@Nullable Received upload, VideoLinks.@Nullable View video) {}

    void register(Routes routes) {
        routes.get("/api/lessons/{id}/video", Access.ADMIN, this::state)
                .summary("The progress of a lesson's video: its upload, then its transcoding")
                .returns(200, State.class);
        routes.get("/api/videos/{id}", Access.USER, this::read)
                .summary("A video, for those who may open its lesson")
                .returns(200, VideoLinks.View.class);
    }

    private void read(Context context) {
        var caller = Routes.caller(context);
        var video = videos.find(Params.uuid(context, "id"))
                .filter(found -> access.mayOpen(caller, found.courseId()))
                .orElseThrow(DomainError::notFound);
        context.json(links.view(video));
    }

    private void state(Context context) {
        var lesson = lessons.get(Params.uuid(context, "id"));
        var video = videos.ofLesson(lesson.id());
        context.json(new State(
                uploadProgress.of(lesson.id()).orElse(null),
                video.map(links::view).orElse(null)));
    }
}
